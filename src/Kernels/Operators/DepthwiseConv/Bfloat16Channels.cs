namespace GpuNet.Kernels;

/// <summary>Four channels that lie in memory as <see cref="ElementType.Bfloat16"/>.</summary>
internal readonly struct FourBfloat16 : IChannelStorage<FourChannels>
{
    public static FourChannels Load(View view, int at, int count) => new(Bfloat16Vectors.Read(view, at, 0));

    public static void Store(View view, int at, FourChannels value, int count) => Bfloat16Vectors.Write(view, at, 0, value.Values);
}

/// <summary>Sixteen channels that lie in memory as <see cref="ElementType.Bfloat16"/>.</summary>
internal readonly struct SixteenBfloat16 : IChannelStorage<SixteenChannels>
{
    public static SixteenChannels Load(View view, int at, int count) => new(
        Bfloat16Vectors.Read(view, at, 0), Bfloat16Vectors.Read(view, at, 1), Bfloat16Vectors.Read(view, at, 2), Bfloat16Vectors.Read(view, at, 3));

    public static void Store(View view, int at, SixteenChannels value, int count)
    {
        Bfloat16Vectors.Write(view, at, 0, value.A);
        Bfloat16Vectors.Write(view, at, 1, value.B);
        Bfloat16Vectors.Write(view, at, 2, value.C);
        Bfloat16Vectors.Write(view, at, 3, value.D);
    }
}
