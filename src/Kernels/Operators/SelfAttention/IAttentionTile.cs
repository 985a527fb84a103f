namespace GpuNet.Kernels;

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
