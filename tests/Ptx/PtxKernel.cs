using System.Reflection;

namespace GpuNet.Tests.Ptx;

/// <summary>What an instruction does to the lanes of a warp that execute it; bit l of the mask is lane l.</summary>
internal delegate void PtxOperation(PtxWarp warp, uint lanes);

/// <summary>How an instruction changes the flow of a warp.</summary>
internal enum PtxFlow
{
    Next,
    Branch,
    Exit,
    Barrier,

    /// <summary>All lanes of the warp execute it together.</summary>
    Collective,
}

/// <summary>One instruction, bound to its rows.</summary>
internal sealed record PtxInstruction(PtxStatement Statement, PtxFlow Flow, int Target, PtxOperation Run);

/// <summary>A kernel's PTX, ready to run on groups of any size.</summary>
internal sealed class PtxKernel
{
    /// <summary>Shared memory that a kernel can declare.</summary>
    private const int MaxShared = 48 << 10;

    /// <param name="module">A PTX module of one kernel.</param>
    /// <param name="method">What it was compiled from; null for code that was written by hand.</param>
    public PtxKernel(string module, MethodInfo? method = null)
    {
        Source = new PtxSource(module);
        Title = method is null ? Source.Name : Name(method);
        Arguments = method is null
            ? [.. Source.Parameters.Select(p => p.Name.TrimStart('_'))] : [.. method.GetParameters().Select(p => p.Name!)];
        Code = [.. Source.Statements.Select(s => PtxAssembler.Bind(Source, s))];
        foreach (string name in Source.Special.Keys.Where(n => !PtxWarp.IsSpecial(n)))
            throw new PtxFault($"No such register: {name}");
        int bytes = Source.Shared.Sum(v => v.Bytes);
        if (bytes > MaxShared)
            throw new PtxFault($"{Title}: {bytes} bytes of shared memory are more than {MaxShared}");
    }

    public PtxSource Source { get; }

    /// <summary>What faults call it: class and method, with the types it was compiled for.</summary>
    public string Title { get; }

    /// <summary>Names of its parameters.</summary>
    public IReadOnlyList<string> Arguments { get; }

    public PtxInstruction[] Code { get; }

    /// <summary>Runs all groups of a launch, one after the other.</summary>
    /// <param name="memory">What its views are.</param>
    /// <param name="parameters">The parameters' bytes as they are laid out.</param>
    /// <param name="groups">Groups on each axis.</param>
    /// <param name="threads">Threads of a group.</param>
    /// <exception cref="PtxFault">A fault; it says where.</exception>
    public void Run(PtxMemory memory, byte[] parameters, GroupCount groups, int threads)
    {
        if (threads < 1 || threads > Source.MaxThreads)
            throw new PtxFault($"{Title}: {threads} threads where it is compiled for up to {Source.MaxThreads}");
        if (groups.X < 1 || groups.Y is < 1 or > 65535 || groups.Z is < 1 or > 65535)
            throw new PtxFault($"{Title}: a grid of {groups} groups");
        var clock = new PtxClock(groups);
        using var group = new PtxGroup(this, memory, parameters, groups, threads, clock);
        for (int z = 0; z < groups.Z; z++)
        {
            for (int y = 0; y < groups.Y; y++)
            {
                for (int x = 0; x < groups.X; x++)
                    group.Run(new GroupCount(x, y, z));
            }
        }
    }

    private static string Name(MethodInfo method) => $"{Name(method.DeclaringType!)}.{method.Name}{Names(method.GetGenericArguments())}";

    private static string Name(Type type) => type.Name.Split('`')[0] + Names(type.GetGenericArguments());

    private static string Names(Type[] types) => types.Length == 0 ? "" : $"<{string.Join(", ", types.Select(Name))}>";
}
