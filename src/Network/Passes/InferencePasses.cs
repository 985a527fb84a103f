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

    /// <summary>The passes for devices that run kernels, which come after those for every device.</summary>
    public static ImmutableArray<Func<Graph, Graph>> ForKernels { get; } = [FuseElementwise.Apply];

    /// <summary>Applies the passes for every device.</summary>
    public static Graph Apply(Graph graph) => All.Aggregate(graph, (g, pass) => pass(g));

    /// <summary>Applies all passes.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="onHost">Whether it runs on the host, which gains by <see cref="FuseInvertedBottlenecks"/>, or by kernels.</param>
    public static Graph Apply(Graph graph, bool onHost) => onHost
        ? Apply(FuseInvertedBottlenecks.ForInference(DropIdentities.Apply(graph)))
        : ForKernels.Aggregate(Apply(graph), (g, pass) => pass(g));
}
