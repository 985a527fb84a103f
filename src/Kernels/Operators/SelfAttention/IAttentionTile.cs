namespace GpuNet.Kernels;

/// <summary>The group of a device, as a type and as a number.</summary>
/// <param name="Policy">The type.</param>
/// <param name="Size">Threads, each with a token of its own.</param>
internal sealed record AttentionTile(Type Policy, int Size)
{
    /// <summary>The group for a device.</summary>
    public static AttentionTile For(Device device) =>
        device.Info.MaxGroupSize >= Attention128.Size ? new(typeof(Attention128), Attention128.Size)
        : device.Info.MaxGroupSize >= Attention16.Size ? new(typeof(Attention16), Attention16.Size)
        : new(typeof(Attention1), Attention1.Size);
}

/// <summary>The threads of a group that answers, or asks, as many tokens, and the tokens of a tile in shared memory.</summary>
internal interface IAttentionTile
{
    /// <summary>Threads, each with a token of its own.</summary>
    static abstract int Size { get; }

    /// <summary>Tokens of a tile that all of them read; a multiple of 4.</summary>
    static abstract int Tokens { get; }
}

/// <summary>For GPUs: each thread brings one row of a tile, and two or three groups fit a multiprocessor by their registers.</summary>
internal readonly struct Attention128 : IAttentionTile
{
    public static int Size => 128;

    public static int Tokens => 64;
}

/// <summary>For devices of small groups.</summary>
internal readonly struct Attention16 : IAttentionTile
{
    public static int Size => 16;

    public static int Tokens => 8;
}

/// <summary>For devices of the smallest groups.</summary>
internal readonly struct Attention1 : IAttentionTile
{
    public static int Size => 1;

    public static int Tokens => 4;
}
