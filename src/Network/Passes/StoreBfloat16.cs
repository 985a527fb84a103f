using GpuNet.Kernels;

namespace GpuNet.Network;

/// <summary>
/// Keeps in 16 bits what convolutions hand on to convolutions and to global average pools: half the bytes, for layers that mostly wait
/// for memory. Inputs and outputs of the graph, and what any other operator touches, stay float32. For devices that run kernels; see
/// docs/precision.md.
/// </summary>
public static class StoreBfloat16
{
    /// <summary>Applies the pass.</summary>
    public static Graph Apply(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        HashSet<Value> stored = Stored(graph);
        var rewrite = new GraphRewrite(graph);
        foreach (Node node in rewrite.Nodes)
        {
            rewrite.Copy(node, node.Operator switch
            {
                Convolutional op => op with { Storage = new Storage(Type(node.Inputs[0]), Type(node.Output)) },
                GlobalAveragePool op => op with { Type = Type(node.Inputs[0]) },
                var op => op,
            });
        }
        return rewrite.Finish();

        ElementType Type(Value value) => stored.Contains(value) ? ElementType.Bfloat16 : ElementType.Float32;
    }

    // A residual lies as the output it is added to does, so that one that cannot takes the other with it.
    private static HashSet<Value> Stored(Graph graph)
    {
        HashSet<Value> stored = [.. graph.Nodes.Where(n => n.Operator is Convolutional op && op.Suits(new Storage(default, ElementType.Bfloat16))).Select(n => n.Output)];
        stored.ExceptWith(graph.Outputs.Values);
        foreach (Node node in graph.Nodes)
            stored.ExceptWith(node.Inputs.Where((_, i) => !Reads(node.Operator, i)));
        Node[] sums = [.. graph.Nodes.Where(n => n.Operator is Convolutional { Epilogue.Residual: not ResidualOrder.None })];
        while (sums.FirstOrDefault(n => stored.Contains(n.Inputs[1]) != stored.Contains(n.Output)) is { } torn)
            stored.ExceptWith([torn.Inputs[1], torn.Output]);
        return stored;
    }

    private static bool Reads(Operator op, int input) => op switch
    {
        Convolutional conv => input == 0 ? conv.Suits(new Storage(ElementType.Bfloat16, default)) : input == 1 && conv.Epilogue.Residual != ResidualOrder.None,
        GlobalAveragePool => op.Inputs[0].C % 4 == 0,
        _ => false,
    };
}
