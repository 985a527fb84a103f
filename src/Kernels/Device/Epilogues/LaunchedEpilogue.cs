using ILGPU;
using ILGPU.Algorithms;

namespace GpuNet.Kernels;

/// <summary>
/// What the launchers of convolutions by kernels share: the arguments that their epilogue takes, and the folding of a norm.
/// </summary>
internal sealed class LaunchedEpilogue
{
    private readonly Kernel<View, View, View, View, View, View, View, NormFolding>? foldNorm;
    private readonly NormFolding fold;
    private readonly bool bias;
    private readonly bool residual;

    public LaunchedEpilogue(Device device, Convolutional op)
    {
        Geometry = new EpilogueGeometry(op);
        bias = op.Bias;
        residual = op.Epilogue.Residual != ResidualOrder.None;
        if (op.Epilogue.NormEpsilon is not { } epsilon)
            return;
        foldNorm = new(device, NormFoldingKernels.Fold);
        fold = new NormFolding(op, epsilon);
    }

    /// <summary>What the kernels need to know.</summary>
    public EpilogueGeometry Geometry { get; }

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

    /// <summary>The filter, or the one the norm is folded into.</summary>
    public View Weight(Operands o) => foldNorm is null ? o.Parameters[0].View : o.Prepared.View;

    /// <summary>
    /// What sums start from. Where there is no bias, the weights stand in for it, and for a residual alike; kernels do not read them.
    /// </summary>
    public View Bias(Operands o) =>
        foldNorm is not null ? o.Prepared.View.SubView(fold.Bias, fold.Channels) : o.Parameters[bias ? 1 : 0].View;

    /// <summary>What is added to the sums or to their activation.</summary>
    public View Residual(Operands o) => residual ? o.Inputs[1].View : o.Parameters[0].View;
}

internal static class NormFoldingKernels
{
    // A thread owns the folded weight i; k runs fastest in every filter. The first threads own a folded bias each. Nothing is shared;
    // loads and stores are contiguous.
    public static void Fold(View weight, View bias, View normWeight, View normBias, View mean, View variance, View folded, NormFolding g)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= g.Weights)
            return;
        int k = i % g.Channels;
        float scale = normWeight[k] / XMath.Sqrt(variance[k] + g.Epsilon);
        folded[i] = weight[i] * scale;
        if (i >= g.Channels)
            return;
        float start = g.HasBias != 0 ? bias[i] : 0f;
        folded[g.Bias + i] = ((start - mean[i]) * scale) + normBias[i];
    }
}

/// <summary>How a batch norm is folded into the weights and the bias of the convolution before it, by value.</summary>
internal readonly struct NormFolding
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
    public NormFolding(Convolutional op, float epsilon)
    {
        Weights = checked((int)op.Parameters[0].Shape.Elements);
        Channels = op.Result.C;
        HasBias = op.Bias ? 1 : 0;
        Bias = checked((int)(Arena.Align(op.Parameters[0].Shape.Bytes) / sizeof(float)));
        Epsilon = epsilon;
    }
}
