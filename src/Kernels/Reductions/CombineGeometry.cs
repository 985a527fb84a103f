namespace GpuNet.Kernels;

/// <summary>What the kernels that combine the sums of blocks need to know, by value.</summary>
public readonly struct CombineGeometry
{
    /// <summary>Blocks, of an image where there are several, and channels.</summary>
    public readonly int Blocks, Channels;

    /// <summary>Rows of all blocks together.</summary>
    public readonly int Rows;

    /// <summary>What the sums are multiplied by.</summary>
    public readonly float Factor;

    /// <summary>What a norm adds to the variance, and the share of a batch in its running statistics.</summary>
    public readonly float Epsilon, Momentum;

    /// <summary>Collects the extents.</summary>
    internal CombineGeometry(int blocks, int channels, int rows = 1, float factor = 1f, float epsilon = 0f, float momentum = 0f)
    {
        (Blocks, Channels, Rows, Factor) = (blocks, channels, rows, factor);
        (Epsilon, Momentum) = (epsilon, momentum);
    }
}
