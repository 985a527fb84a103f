namespace GpuNet.Kernels;

/// <summary>How a batch norm is folded into the weights and the bias of the convolution before it, by value.</summary>
public readonly struct NormFolding
{
    /// <summary>Weights, and output channels.</summary>
    public readonly int Weights, Channels;

    /// <summary>1 where the convolution has a bias of its own, 0 where not.</summary>
    public readonly int HasBias;

    /// <summary>Where the folded bias lies behind the folded weights.</summary>
    public readonly int Bias;

    /// <summary>What the norm adds to the variance.</summary>
    public readonly float Epsilon;

    /// <summary>Collects the extents.</summary>
    internal NormFolding(Convolutional op, float epsilon)
    {
        Weights = checked((int)op.Parameters[0].Shape.Elements);
        Channels = op.Result.C;
        HasBias = op.Bias ? 1 : 0;
        Bias = checked((int)(Arena.Align(op.Parameters[0].Shape.Bytes) / sizeof(float)));
        Epsilon = epsilon;
    }
}
