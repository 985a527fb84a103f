namespace GpuNet.Tests.Ptx;

/// <summary>What a card would refuse, get wrong or leave undefined in a kernel's PTX, or what the interpreter does not know.</summary>
/// <param name="message">What it is, such as <c>weight[36] of 36 is outside the view</c>.</param>
/// <param name="thread">The thread of the group that commits it; -1 where it is no single one's.</param>
/// <param name="cause">The fault that this one says the place of.</param>
internal sealed class PtxFault(string message, int thread = -1, Exception? cause = null) : Exception(message, cause)
{
    public int Thread => thread;

    /// <summary>What lies at a byte of a view or variable, as C# numbers it: by words of 4 bytes.</summary>
    public static string Element(string name, long at, int bytes, long length)
    {
        (long first, long last) = (Index(at), Index(at + bytes - 1));
        return first == last ? $"{name}[{first}] of {length / 4}" : $"{name}[{first} to {last}] of {length / 4}";
    }

    // Kernels extend an int index without its sign.
    private static long Index(long at) => at >> 2 is > int.MaxValue and <= uint.MaxValue and long wrapped ? (int)wrapped : at >> 2;

    /// <summary>What an access did to an element.</summary>
    public static string Verb(PtxAccess access) => access switch
    {
        PtxAccess.Read => "is read",
        PtxAccess.Write => "is written",
        _ => "is copied into",
    };

    public static string Group(GroupCount at) => $"group ({at.X}, {at.Y}, {at.Z})";
}
