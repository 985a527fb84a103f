using GpuNet.Kernels;

namespace GpuNet.Network;

/// <summary>
/// Lets a pointwise convolution multiply its input by the gate of squeeze-and-excitation as it reads it, so that the gated map is never
/// written. What else the convolution reads must be made before the gate is applied. For devices that run kernels.
/// </summary>
public static class FuseGate
{
    /// <summary>Applies the pass.</summary>
    public static Graph Apply(Graph graph)
    {
        var rewrite = new GraphRewrite(graph);
        foreach (Node node in rewrite.Nodes)
        {
            if (node.Operator is ChannelScale && rewrite.OnlyReader(node.Output) is { Operator: PointwiseConv { Gated: false } conv } reader
                && reader.Inputs[0] == node.Output && reader.Inputs.Skip(1).All(rewrite.IsMade))
            {
                int residuals = conv.Epilogue.Residual == ResidualOrder.None ? 0 : 1;
                rewrite.MergeReading([node, reader], conv with { Gated = true },
                    [node.Inputs[0], .. reader.Inputs[1..(1 + residuals)], node.Inputs[1], .. reader.Inputs[(1 + residuals)..]]);
            }
            else
            {
                rewrite.Copy(node);
            }
        }
        return rewrite.Finish();
    }
}
