using GpuNet.Kernels;

namespace GpuNet.Network;

/// <summary>
/// Lets a convolution add the residual to its result. The other map must be there before the convolution runs: of two convolutions
/// that meet in a sum, the later one adds.
/// </summary>
public static class FuseResidual
{
    /// <summary>Applies the pass.</summary>
    public static Graph Apply(Graph graph)
    {
        var rewrite = new GraphRewrite(graph);
        foreach (Node node in rewrite.Nodes)
        {
            if (node.Operator is Convolutional { Epilogue: { Residual: ResidualOrder.None, Slice: null } epilogue } conv
                && rewrite.OnlyReader(node.Output) is { Operator: Add } sum
                && rewrite.IsMade(Other(sum, node.Output)))
            {
                rewrite.Merge(node, sum, conv with { Epilogue = epilogue with { Residual = ResidualOrder.AfterActivation } }, Other(sum, node.Output));
            }
            else
            {
                rewrite.Copy(node);
            }
        }
        return rewrite.Finish();
    }

    private static Value Other(Node sum, Value one) => sum.Inputs[0] == one ? sum.Inputs[1] : sum.Inputs[0];
}
