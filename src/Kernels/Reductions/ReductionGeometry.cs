namespace GpuNet.Kernels;

/// <summary>What the kernels of reductions over rows need to know, by value.</summary>
public readonly struct ReductionGeometry
{
    /// <summary>Rows of an image, and channels of a row.</summary>
    public readonly int Rows, Channels;

    /// <summary>Blocks of rows of an image that are summed apart, and rows of a block; the last may have fewer.</summary>
    public readonly int Blocks, BlockRows;

    /// <summary>Where the second sums begin, and where the counts of rows.</summary>
    public readonly int Second, Counts;

    /// <summary>What the sums are multiplied by.</summary>
    public readonly float Factor;

    /// <summary>Collects the extents.</summary>
    internal ReductionGeometry(int images, int rows, int channels, int blockRows, float factor)
    {
        (Rows, Channels, BlockRows, Factor) = (rows, channels, blockRows, factor);
        Blocks = (rows + blockRows - 1) / blockRows;
        Second = images * Blocks * channels;
        Counts = 2 * Second;
    }
}
