using GpuNet.Kernels;

namespace GpuNet;

/// <summary>
/// Lets convolutions write into their channels of a concatenation, which then has nothing left to do. All of its inputs must be
/// results of convolutions that nobody else reads. The first convolution to run makes the wide tensor, the others fill it in place.
/// </summary>
internal static class PlaceConcatInputs
{
    /// <summary>Applies the pass.</summary>
    public static Graph Apply(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        Dictionary<Value, Node> producers = graph.Nodes.ToDictionary(n => n.Output);
        return GraphRewrite.Apply(graph, (rewrite, node) => rewrite.OnlyReader(node.Output) is { Operator: Concat } concat
            && concat.Inputs.All(v => CanWriteInto(rewrite, concat, v)) && Place(rewrite, node, concat));

        bool CanWriteInto(GraphRewrite rewrite, Node concat, Value input) => rewrite.OnlyReader(input) == concat
            && producers.TryGetValue(input, out Node? producer) && producer.Operator is Convolutional { Epilogue.Slice: null };
    }

    // The wide tensor is known as the concatenation's output from its first part on.
    private static bool Place(GraphRewrite rewrite, Node node, Node concat)
    {
        var conv = (Convolutional)node.Operator;
        int first = concat.Inputs.TakeWhile(v => v != node.Output).Sum(v => v.Shape.C);
        bool continues = rewrite.IsMade(concat.Output);
        Epilogue epilogue = conv.Epilogue with { Slice = new ChannelSlice(first, concat.Output.Shape.C, continues) };
        return rewrite.Merge(node, concat, conv with { Epilogue = epilogue }, continues ? [concat.Output] : []);
    }
}
