using GpuNet.Kernels;

namespace GpuNet;

/// <summary>
/// Folds a batch norm, with its activation, into the convolution before it. With s = weight / √(running_var + ε) the convolution has
/// <code>
/// w'[…,k] = s[k]·w[…,k]        b'[k] = s[k]·(b[k] − running_mean[k]) + bias[k]
/// </code>
/// which its launcher computes from the parameters of both whenever they have changed (Jacob et al. 2018, arXiv:1712.05877, section 3.2).
/// </summary>
internal static class FoldBatchNorm
{
    /// <summary>Applies the pass.</summary>
    public static Graph Apply(Graph graph) => Apply(graph, null);

    /// <summary>Applies the pass to the nodes of some names; null for all.</summary>
    internal static Graph Apply(Graph graph, IReadOnlySet<string>? among) => GraphRewrite.Apply(graph, static (rewrite, node) =>
        node.Operator is Convolutional conv && conv.Epilogue == Epilogue.None
        && rewrite.OnlyReader(node.Output) is { Operator: BatchNorm norm } reader
        && rewrite.Merge(node, reader,
        conv with { Epilogue = new Epilogue { NormEpsilon = norm.Epsilon, Activation = norm.Activation } }), among);
}

/// <summary>
/// Lets a convolution apply the activation that follows it. Where a residual lies between the two, it moves before the activation:
/// act(z + residual), as in ResNet.
/// </summary>
internal static class FuseActivation
{
    /// <summary>Applies the pass.</summary>
    public static Graph Apply(Graph graph) => Apply(graph, null);

    /// <summary>Applies the pass to the nodes of some names; null for all.</summary>
    internal static Graph Apply(Graph graph, IReadOnlySet<string>? among) => GraphRewrite.Apply(graph, static (rewrite, node) =>
    {
        if (node.Operator is not Convolutional { Epilogue: { Activation: ActivationKind.Identity, Slice: null } epilogue } conv
            || rewrite.OnlyReader(node.Output) is not { Operator: Activation activation } reader)
        {
            return false;
        }
        ResidualOrder residual = epilogue.Residual == ResidualOrder.None ? ResidualOrder.None : ResidualOrder.BeforeActivation;
        return rewrite.Merge(node, reader, conv with { Epilogue = epilogue with { Activation = activation.Kind, Residual = residual } });
    }, among);
}

/// <summary>
/// Lets a convolution add the residual to its result. The other map must be there before the convolution runs: of two convolutions
/// that meet in a sum, the later one adds.
/// </summary>
internal static class FuseResidual
{
    /// <summary>Applies the pass.</summary>
    public static Graph Apply(Graph graph) => Apply(graph, null);

    /// <summary>Applies the pass to the nodes of some names; null for all.</summary>
    internal static Graph Apply(Graph graph, IReadOnlySet<string>? among) => GraphRewrite.Apply(graph, static (rewrite, node) =>
    {
        if (node.Operator is not Convolutional { Epilogue: { Residual: ResidualOrder.None, Slice: null } epilogue } conv
            || rewrite.OnlyReader(node.Output) is not { Operator: Add } sum)
        {
            return false;
        }
        Value other = sum.Inputs[0] == node.Output ? sum.Inputs[1] : sum.Inputs[0];
        return rewrite.IsMade(other)
            && rewrite.Merge(node, sum, conv with { Epilogue = epilogue with { Residual = ResidualOrder.AfterActivation } }, other);
    }, among);
}

/// <summary>
/// Lets a pointwise convolution multiply its input by the gate of squeeze-and-excitation as it reads it, so that the gated map is never
/// written. What else the convolution reads must be made before the gate is applied. For devices that run kernels.
/// </summary>
internal static class FuseGate
{
    /// <summary>Applies the pass.</summary>
    public static Graph Apply(Graph graph) => GraphRewrite.Apply(graph, static (rewrite, node) =>
    {
        if (node.Operator is not ChannelScale
            || rewrite.OnlyReader(node.Output) is not { Operator: PointwiseConv { Gated: false } conv } reader
            || reader.Inputs[0] != node.Output || !reader.Inputs.Skip(1).All(rewrite.IsMade))
        {
            return false;
        }
        int residuals = conv.Epilogue.Residual == ResidualOrder.None ? 0 : 1;
        return rewrite.MergeReading([node, reader], conv with { Gated = true },
            [node.Inputs[0], .. reader.Inputs[1..(1 + residuals)], node.Inputs[1], .. reader.Inputs[(1 + residuals)..]]);
    });
}
