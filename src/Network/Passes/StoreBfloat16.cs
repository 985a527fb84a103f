using GpuNet.Kernels;

namespace GpuNet;

/// <summary>
/// Keeps in 16 bits what operators that can (<see cref="Operator.Stored"/>) hand on to one another: half the bytes, for layers that
/// mostly wait for memory. Inputs and outputs of the graph, and what any other operator touches, stay float32. For devices that run
/// kernels; see docs/precision.md.
/// </summary>
internal static class StoreBfloat16
{
    private static readonly Storage Read = new(ElementType.Bfloat16, ElementType.Float32);
    private static readonly Storage Written = new(ElementType.Float32, ElementType.Bfloat16);

    /// <summary>Applies the pass.</summary>
    public static Graph Apply(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        HashSet<Value> stored = Stored(graph);
        var rewrite = new GraphRewrite(graph);
        foreach (Node node in rewrite.Nodes)
            rewrite.Copy(node, node.Operator.Stored(new Storage(Type(node.Inputs.FirstOrDefault()), Type(node.Output))) ?? node.Operator);
        return rewrite.Finish();

        ElementType Type(Value value) => stored.Contains(value) ? ElementType.Bfloat16 : ElementType.Float32;
    }

    private static HashSet<Value> Stored(Graph graph)
    {
        HashSet<Value> stored = [.. graph.Nodes.Where(n => n.Operator.Stored(Written) is not null).Select(n => n.Output)];
        stored.ExceptWith(graph.Outputs.Values);
        foreach (Node node in graph.Nodes)
            stored.ExceptWith(node.Inputs.Where((_, i) => !Takes(node.Operator.Stored(Read), i) && !FollowsOutput(node, i)));
        // What lies as the output does, a residual that is added to it, takes the output with it where it cannot, and the other way round.
        (Value Input, Value Output)[] pairs =
            [.. graph.Nodes.SelectMany(n => n.Inputs.Where((_, i) => FollowsOutput(n, i)).Select(v => (v, n.Output)))];
        while (Array.FindIndex(pairs, p => stored.Contains(p.Input) != stored.Contains(p.Output)) is >= 0 and int uneven)
            stored.ExceptWith([pairs[uneven].Input, pairs[uneven].Output]);
        return stored;
    }

    private static bool FollowsOutput(Node node, int input) => Takes(node.Operator.Stored(Written), input);

    private static bool Takes(Operator? op, int input) => op?.InputType(input) == ElementType.Bfloat16;
}
