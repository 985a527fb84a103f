using ILGPU;

namespace GpuNet.Kernels;

/// <summary>
/// Channels that lie in memory as <see cref="ElementType.Bfloat16"/>, four in 64 bits: widened as they are read, rounded to the nearest,
/// ties to even, as they are written. Places and counts are those of the values.
/// </summary>
internal readonly struct Bfloat16Vectors : IVectorAccess
{
    public static bool IsVector => true;

    public static Float4 Load(View view, int at, int count) => count > 0 ? Read(view, at, 0) : Float4.Of(0f);

    public static void Store(View view, int at, Float4 value, int count)
    {
        if (count > 0)
            Write(view, at, 0, value);
    }

    public static Float4 Read(View view, int at, int next)
    {
        Words words = view.Cast<Words>()[(at >> 2) + next];
        return new Float4(
            Interop.IntAsFloat(words.First << 16), Interop.IntAsFloat(words.First & 0xffff0000u),
            Interop.IntAsFloat(words.Second << 16), Interop.IntAsFloat(words.Second & 0xffff0000u));
    }

    public static void Write(View view, int at, int next, Float4 value)
    {
        Words words;
        words.First = Round(value.X) | (Round(value.Y) << 16);
        words.Second = Round(value.Z) | (Round(value.W) << 16);
        view.Cast<Words>()[(at >> 2) + next] = words;
    }

    public static float Get(View view, int at) => Interop.IntAsFloat((uint)view.Cast<ushort>()[at] << 16);

    public static void Set(View view, int at, float value) => view.Cast<ushort>()[at] = (ushort)Round(value);

    // The carry of half a unit in the last place would make something else of a number that is none.
    private static uint Round(float value)
    {
        uint bits = Interop.FloatAsInt(value);
        uint rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
        return (bits & 0x7fffffffu) > 0x7f800000u ? 0x7fc0u : rounded;
    }

    private struct Words
    {
        public uint First, Second;
    }
}
