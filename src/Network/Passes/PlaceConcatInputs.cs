using GpuNet.Kernels;

namespace GpuNet.Network;

/// <summary>
/// Lets convolutions write into their channels of a concatenation, which then has nothing left to do. All of its inputs must be
/// results of convolutions that nobody else reads. The first convolution to run makes the wide tensor, the others fill it in place.
/// </summary>
public static class PlaceConcatInputs
{
    /// <summary>Applies the pass.</summary>
    public static Graph Apply(Graph graph)
    {
        var rewrite = new GraphRewrite(graph);
        Dictionary<Value, Node> producers = graph.Nodes.ToDictionary(n => n.Output);
        bool CanWriteInto(Node concat, Value input) => rewrite.OnlyReader(input) == concat
            && producers.TryGetValue(input, out Node? producer) && producer.Operator is Convolutional { Epilogue.Slice: null };
        HashSet<Node> placed = [.. graph.Nodes.Where(n => n.Operator is Concat && n.Inputs.All(v => CanWriteInto(n, v)))];
        foreach (Node node in rewrite.Nodes)
        {
            if (rewrite.OnlyReader(node.Output) is { } concat && placed.Contains(concat))
                Place(rewrite, node, concat);
            else
                rewrite.Copy(node);
        }
        return rewrite.Finish();
    }

    // The wide tensor is known as the concatenation's output from its first part on.
    private static void Place(GraphRewrite rewrite, Node node, Node concat)
    {
        var conv = (Convolutional)node.Operator;
        int first = concat.Inputs.TakeWhile(v => v != node.Output).Sum(v => v.Shape.C);
        bool continues = rewrite.IsMade(concat.Output);
        Epilogue epilogue = conv.Epilogue with { Slice = new ChannelSlice(first, concat.Output.Shape.C, continues) };
        rewrite.Merge(node, concat, conv with { Epilogue = epilogue }, continues ? [concat.Output] : []);
    }
}
