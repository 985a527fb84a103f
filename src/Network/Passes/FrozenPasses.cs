namespace GpuNet;

/// <summary>
/// What a plan with a backward pass does to the part of a graph below everything that is trained, before it looks at the rest: what it
/// would do for inference, as far as that does not change what training means. Frozen norms become part of the convolutions before them;
/// dropout stays.
/// </summary>
internal static class FrozenPasses
{
    /// <summary>Applies the passes.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="reach">What backward reaches.</param>
    public static Graph Apply(Graph graph, Device device, BackwardReach reach)
    {
        HashSet<string> settled =
        [
            .. graph.Nodes.Where(n => !reach.RunsBackward(n) && (n.ParameterNames.Length == 0 || reach.IsFrozen(n))).Select(n => n.Name),
        ];
        if (!graph.Nodes.Any(n => n.ParameterNames.Length > 0 && settled.Contains(n.Name)))
            return graph;
        if (device.IsHost)
            graph = FuseInvertedBottlenecks.ForInference(graph, settled);
        graph = FuseActivation.Apply(FoldBatchNorm.Apply(graph, settled), settled);
        return FuseActivation.Apply(FuseResidual.Apply(graph, settled), settled);
    }
}
