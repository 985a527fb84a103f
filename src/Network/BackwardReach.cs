using GpuNet.Kernels;

namespace GpuNet;

/// <summary>
/// What a backward pass reaches of a graph: the tensors between its root and a parameter to train, or an input whose gradient is wanted.
/// Nothing else has a gradient or a backward step.
/// </summary>
internal sealed class BackwardReach
{
    private readonly bool[] wanted;
    private readonly Func<string, bool> frozen;

    /// <summary>Walks the graph.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="root">Where backward starts; null where there is none.</param>
    /// <param name="gradientOf">Inputs whose gradient is wanted.</param>
    /// <param name="frozen">Whether a parameter of a name is not trained.</param>
    public BackwardReach(Graph graph, Value? root, IReadOnlyList<Value> gradientOf, Func<string, bool> frozen)
    {
        this.frozen = frozen;
        wanted = new bool[graph.Values.Count];
        if (root is { } from)
            Walk(graph, from, gradientOf);
    }

    /// <summary>Whether a tensor has a gradient.</summary>
    public bool IsWanted(Value value) => wanted[value.Id];

    /// <summary>Whether a node runs backward.</summary>
    public bool RunsBackward(Node node) => wanted[node.Output.Id];

    /// <summary>Whether a node's parameter has a gradient.</summary>
    public bool IsTrained(string name, ParameterSpec spec) => spec.IsTrained && !frozen(name);

    /// <summary>
    /// Whether a node has parameters and none of them is trained. A norm of that kind takes its running statistics, and leaves them as
    /// they are.
    /// </summary>
    public bool IsFrozen(Node node) => node.ParameterNames.Length > 0 && !node.Parameters.Any(p => IsTrained(p.Name, p.Spec));

    /// <summary>Whether a training step moves statistics that a node tracks.</summary>
    public bool MovesStatistics(Node node) => node.Operator.Parameters.Any(p => !p.IsTrained) && !IsFrozen(node);

    // A tensor's gradient is wanted if the root depends on it, and it depends on a parameter or on an input that is asked for.
    private void Walk(Graph graph, Value root, IReadOnlyList<Value> gradientOf)
    {
        var dependsOnTrained = new bool[graph.Values.Count];
        foreach (Value v in gradientOf)
            dependsOnTrained[v.Id] = true;
        foreach (Node node in graph.Nodes)
        {
            dependsOnTrained[node.Output.Id] = node.Parameters.Any(p => IsTrained(p.Name, p.Spec))
                || node.Inputs.Where((v, input) => node.Operator.HasGradient(input)).Any(v => dependsOnTrained[v.Id]);
        }
        var reachesRoot = new bool[graph.Values.Count];
        reachesRoot[root.Id] = true;
        foreach (Node node in graph.Nodes.Reverse())
        {
            if (!reachesRoot[node.Output.Id])
                continue;
            for (int input = 0; input < node.Inputs.Length; input++)
                reachesRoot[node.Inputs[input].Id] |= node.Operator.HasGradient(input);
        }
        for (int i = 0; i < wanted.Length; i++)
            wanted[i] = dependsOnTrained[i] && reachesRoot[i];
    }
}
