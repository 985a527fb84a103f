namespace GpuNet.Kernels;

/// <summary>What the plain launchers of convolutions share: the arguments that their epilogue takes, and the folding of a norm.</summary>
internal sealed class PlainEpilogue
{
    private readonly Kernel<View, View, View, View, View, View, View, NormFolding>? foldNorm;
    private readonly NormFolding fold;
    private readonly bool bias;
    private readonly bool residual;

    public PlainEpilogue(Device device, Convolutional op)
    {
        Geometry = new EpilogueGeometry(op);
        Elements = checked((int)op.Result.Elements);
        bias = op.Bias;
        residual = op.Epilogue.Residual != ResidualOrder.None;
        if (op.Epilogue.NormEpsilon is not { } epsilon)
            return;
        foldNorm = new(device, EpilogueKernels.FoldNorm);
        fold = new NormFolding(op, epsilon);
    }

    /// <summary>What the kernels need to know.</summary>
    public EpilogueGeometry Geometry { get; }

    /// <summary>Elements of the result: a thread each.</summary>
    public int Elements { get; }

    /// <summary>Memory for folded weights and bias.</summary>
    public long PreparedElements => foldNorm is null ? 0 : fold.Bias + fold.Channels;

    /// <summary>Folds the norm, if there is one.</summary>
    public void Prepare(Operands o)
    {
        int norm = bias ? 2 : 1;
        View weight = o.Parameters[0].View;
        foldNorm?.Run(fold.Weights, weight, bias ? o.Parameters[1].View : weight, o.Parameters[norm].View, o.Parameters[norm + 1].View,
            o.Parameters[norm + 2].View, o.Parameters[norm + 3].View, o.Prepared.View, fold);
    }

    public View Weight(Operands o) => foldNorm is null ? o.Parameters[0].View : o.Prepared.View;

    // Where there is no bias, the weights stand in for it, and for a residual alike; the kernel does not read them.
    public View Bias(Operands o) =>
        foldNorm is not null ? o.Prepared.View.SubView(fold.Bias, fold.Channels) : o.Parameters[bias ? 1 : 0].View;

    public View Residual(Operands o) => residual ? o.Inputs[1].View : o.Parameters[0].View;
}

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
