using GpuNet.Kernels;

namespace GpuNet.Network;

/// <summary>
/// Lets a convolution apply the activation that follows it. Where a residual lies between the two, it moves before the activation:
/// act(z + residual), as in ResNet.
/// </summary>
public static class FuseActivation
{
    /// <summary>Applies the pass.</summary>
    public static Graph Apply(Graph graph)
    {
        var rewrite = new GraphRewrite(graph);
        foreach (Node node in rewrite.Nodes)
        {
            if (node.Operator is Convolutional { Epilogue: { Activation: ActivationKind.Identity, Slice: null } epilogue } conv
                && rewrite.OnlyReader(node.Output) is { Operator: Activation activation } reader)
            {
                ResidualOrder residual = epilogue.Residual == ResidualOrder.None ? ResidualOrder.None : ResidualOrder.BeforeActivation;
                rewrite.Merge(node, reader, conv with { Epilogue = epilogue with { Activation = activation.Kind, Residual = residual } });
            }
            else
            {
                rewrite.Copy(node);
            }
        }
        return rewrite.Finish();
    }
}
