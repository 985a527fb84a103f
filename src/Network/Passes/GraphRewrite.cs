using System.Collections.Immutable;
using GpuNet.Kernels;

namespace GpuNet;

/// <summary>
/// A graph on its way into another one. A pass goes through the nodes of the first in order and copies or merges them into the second;
/// values are always named as in the first.
/// </summary>
internal sealed class GraphRewrite
{
    private readonly Graph source;
    private readonly Graph target = new();
    private readonly Dictionary<Value, Value> made = [];
    private readonly Dictionary<Value, Node> onlyReaders = [];
    private readonly HashSet<Node> merged = [];
    private readonly IReadOnlySet<string>? among;

    /// <summary>Starts with the inputs.</summary>
    /// <param name="source">The first graph.</param>
    /// <param name="among">Names of the nodes that the pass may touch; null for all.</param>
    public GraphRewrite(Graph source, IReadOnlySet<string>? among = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        this.source = source;
        this.among = among;
        foreach ((string name, Value value) in source.Inputs)
            made.Add(value, target.Input(name, value.Shape, value.Type));
        foreach (IGrouping<Value,
            Node> readers in source.Nodes.SelectMany(n => n.Inputs, (n, v) => (Node: n, Value: v)).GroupBy(r => r.Value, r => r.Node))
        {
            if (readers.Count() == 1 && !source.Outputs.Values.Contains(readers.Key))
                onlyReaders.Add(readers.Key, readers.Single());
        }
    }

    /// <summary>Goes through a graph's nodes: those that a rule does not add to the second graph in its own way are copied.</summary>
    /// <param name="graph">The first graph.</param>
    /// <param name="rule">Merges or leaves out a node, or returns false.</param>
    /// <param name="among">Names of the nodes that the rule may touch; null for all.</param>
    /// <returns>The second graph.</returns>
    public static Graph Apply(Graph graph, Func<GraphRewrite, Node, bool> rule, IReadOnlySet<string>? among = null)
    {
        var rewrite = new GraphRewrite(graph, among);
        foreach (Node node in rewrite.Nodes)
        {
            if (!rewrite.MayTouch(node) || !rule(rewrite, node))
                rewrite.Copy(node);
        }
        return rewrite.Finish();
    }

    /// <summary>The nodes in order, without those that were merged into one before.</summary>
    public IEnumerable<Node> Nodes => source.Nodes.Where(n => !merged.Contains(n));

    /// <summary>Whether the pass may make something else of a node. A merged node keeps the first one's name.</summary>
    public bool MayTouch(Node node) => among?.Contains(node.Name) ?? true;

    /// <summary>
    /// The node that reads a value, if there is only one, it reads it once, the graph does not give the value out, and the pass may touch
    /// the node.
    /// </summary>
    public Node? OnlyReader(Value value) => onlyReaders.TryGetValue(value, out Node? reader) && MayTouch(reader) ? reader : null;

    /// <summary>Whether the second graph has a value already.</summary>
    public bool IsMade(Value value) => made.ContainsKey(value);

    /// <summary>Adds a node as it is.</summary>
    public void Copy(Node node) => Copy(node, node.Operator);

    /// <summary>Adds a node with an operator that does the same in another way.</summary>
    public void Copy(Node node, Operator op) => made.Add(node.Output, target.Add(node.Name, op, node.ParameterNames, Own(node.Inputs)));

    /// <summary>Leaves a node out: another value stands for its output. True, as a rule returns it.</summary>
    public bool LeaveOut(Node node, Value instead) => made.TryAdd(node.Output, made[instead]);

    /// <summary>Adds a node that does what it did and what its only reader does to its output; the reader is left out. True.</summary>
    /// <param name="node">The node.</param>
    /// <param name="reader">Its only reader.</param>
    /// <param name="op">What both do together. Its parameters are the node's, then the reader's.</param>
    /// <param name="more">What the operator reads besides the node's inputs.</param>
    public bool Merge(Node node, Node reader, Operator op, params ReadOnlySpan<Value> more) => Merge([node, reader], op, more);

    /// <summary>Adds a node that does what a chain of nodes did; all but the first are left out. True.</summary>
    /// <param name="chain">The nodes, each the only reader of the one before.</param>
    /// <param name="op">What they do together. Its parameters are theirs, in order.</param>
    /// <param name="more">What the operator reads besides the first node's inputs.</param>
    public bool Merge(IReadOnlyList<Node> chain, Operator op, params ReadOnlySpan<Value> more) =>
        MergeReading(chain, op, [.. chain[0].Inputs, .. more]);

    /// <summary>Adds a node that does what a chain of nodes did; all but the first are left out. True.</summary>
    /// <param name="chain">The nodes, each the only reader of the one before.</param>
    /// <param name="op">What they do together. Its parameters are theirs, in order.</param>
    /// <param name="inputs">What the operator reads.</param>
    public bool MergeReading(IReadOnlyList<Node> chain, Operator op, ImmutableArray<Value> inputs)
    {
        Value output = target.Add(chain[0].Name, op, [.. chain.SelectMany(n => n.ParameterNames)], Own(inputs));
        merged.UnionWith(chain.Skip(1));
        made[chain[^1].Output] = output;
        return true;
    }

    /// <summary>Marks the outputs and gives the second graph.</summary>
    public Graph Finish()
    {
        foreach ((string name, Value value) in source.Outputs)
            target.MarkOutput(name, made[value]);
        return target;
    }

    private Value[] Own(ImmutableArray<Value> values) => [.. values.Select(v => made[v])];
}
