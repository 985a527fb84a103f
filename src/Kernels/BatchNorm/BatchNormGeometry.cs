namespace GpuNet.Kernels;

/// <summary>What the kernels of batch normalisation need to know, by value.</summary>
public readonly struct BatchNormGeometry
{
    /// <summary>Values a channel, and channels.</summary>
    public readonly int Rows, Channels;

    /// <summary>Row blocks that are summed apart before they are combined.</summary>
    public readonly int Blocks;

    /// <summary>1 where the statistics are those of the batch, 0 where they are the running ones.</summary>
    public readonly int Training;

    /// <summary>The operator's numbers.</summary>
    public readonly float Epsilon, Momentum;

    /// <summary>Collects the extents.</summary>
    internal BatchNormGeometry(BatchNorm op, int blocks, bool training)
    {
        (Rows, Channels, Blocks) = (op.Input.Rows, op.Input.C, blocks);
        Training = training ? 1 : 0;
        (Epsilon, Momentum) = (op.Epsilon, op.Momentum);
    }
}
