using GpuNet.Kernels;

namespace GpuNet;

/// <summary>
/// Makes one operator, <see cref="ElementwiseChain"/>, of activations, sums and gates in a row, so that what lies between them never
/// reaches memory. What else a link reads must be made before the chain begins. For devices that run kernels; what a convolution can take
/// over is better off there, so this comes last.
/// </summary>
internal static class FuseElementwise
{
    /// <summary>Applies the pass.</summary>
    public static Graph Apply(Graph graph)
    {
        var rewrite = new GraphRewrite(graph);
        foreach (Node node in rewrite.Nodes)
        {
            List<Node> chain = [];
            List<ElementwiseLink> links = [];
            List<Value> operands = [];
            Node? next = node;
            Value value = node.Inputs.Length > 0 ? node.Inputs[0] : default;
            while (next is not null && links.Count < ElementwiseChain.MostLinks && Link(next, value) is var (link, operand)
                && (operand is null || rewrite.IsMade(operand.Value)))
            {
                chain.Add(next);
                links.Add(link);
                if (operand is not null && chain.Count > 1)
                    operands.Add(operand.Value);
                value = next.Output;
                next = rewrite.OnlyReader(value);
            }
            if (chain.Count > 1)
                rewrite.Merge(chain, new ElementwiseChain(node.Output.Shape, [.. links]), [.. operands]);
            else
                rewrite.Copy(node);
        }
        return rewrite.Finish();
    }

    // What a node does to a value that it reads, and what it reads besides.
    private static (ElementwiseLink Link, Value? Operand)? Link(Node node, Value value) => node.Operator switch
    {
        Activation activation => (new ElementwiseLink(ElementwiseLinkKind.Activate, activation.Kind), null),
        Add => (new ElementwiseLink(ElementwiseLinkKind.PlusTensor), node.Inputs[0] == value ? node.Inputs[1] : node.Inputs[0]),
        ChannelScale when node.Inputs[0] == value => (new ElementwiseLink(ElementwiseLinkKind.TimesGate), node.Inputs[1]),
        _ => null,
    };
}
