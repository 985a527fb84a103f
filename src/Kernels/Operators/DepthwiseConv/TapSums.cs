namespace GpuNet.Kernels;

/// <summary>What a thread sums up backward: the gradient of each tap, and Σdy. Rows past a narrow filter are 0.</summary>
internal readonly struct TapSums<T>(
    FilterRow<T> row0, FilterRow<T> row1, FilterRow<T> row2, FilterRow<T> row3, FilterRow<T> row4, T bias)
    where T : unmanaged, IChannels<T>
{
    public readonly FilterRow<T> Row0 = row0, Row1 = row1, Row2 = row2, Row3 = row3, Row4 = row4;
    public readonly T Bias = bias;
}

/// <summary>Where the sums of a group's threads meet.</summary>
internal interface IGroupSums
{
    /// <summary>Floats of shared memory; 0 where a thread is alone in its group.</summary>
    static abstract int Floats { get; }
}

/// <summary>In shared memory: five values of four channels for each thread.</summary>
internal readonly struct GroupSums : IGroupSums
{
    public static int Floats => RowTileShape.MaxThreads * 5 * 4;
}

/// <summary>Nowhere: a thread is alone.</summary>
internal readonly struct OwnSums : IGroupSums
{
    public static int Floats => 0;
}
