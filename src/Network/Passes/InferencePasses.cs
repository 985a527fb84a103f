using System.Collections.Immutable;

namespace GpuNet.Network;

/// <summary>
/// What a plan for inference does to a graph. Every pass is a function from graph to graph that keeps inputs, outputs
/// and the names of parameters, and changes a result by rounding at most.
/// </summary>
public static class InferencePasses
{
    /// <summary>The passes for every device, in the order in which they are applied.</summary>
    public static ImmutableArray<Func<Graph, Graph>> All { get; } =
    [
        DropIdentities.Apply,
        FoldBatchNorm.Apply,
        FuseActivation.Apply,
        FuseResidual.Apply,
        // Once more, for the activation behind a residual.
        FuseActivation.Apply,
        PlaceConcatInputs.Apply,
    ];

    /// <summary>Applies all passes.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="onHost">Whether it runs on the host, which gains by <see cref="FuseInvertedBottlenecks"/> too.</param>
    public static Graph Apply(Graph graph, bool onHost = false)
    {
        if (onHost)
            graph = FuseInvertedBottlenecks.ForInference(DropIdentities.Apply(graph));
        return All.Aggregate(graph, (g, pass) => pass(g));
    }
}
