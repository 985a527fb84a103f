using System.Collections.Immutable;

namespace GpuNet;

/// <summary>
/// What a plan for inference does to a graph. Every pass is a function from graph to graph that keeps inputs, outputs
/// and the names of parameters, and changes a result by rounding at most.
/// </summary>
internal static class InferencePasses
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

    /// <summary>Applies the passes for every device.</summary>
    public static Graph Apply(Graph graph) => All.Aggregate(graph, (g, pass) => pass(g));

    /// <summary>Applies all passes that a device gains by. Those for devices that run kernels come last.</summary>
    public static Graph Apply(Graph graph, Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device.IsHost)
            return Apply(FuseInvertedBottlenecks.ForInference(DropIdentities.Apply(graph)));
        graph = Apply(graph);
        // What plain kernels are measured for is each operator by itself.
        if (device.Options.PlainKernels)
            return Store(graph, device);
        // Processors, for which a launch costs little, were not measurably quicker by either of the next two.
        if (!device.Info.IsProcessor)
            graph = FuseExcitation.Apply(graph);
        // Matrix units know no gates.
        if (!device.Info.IsProcessor && device.Options.Precision != Precision.TensorFloat32)
            graph = FuseGate.Apply(graph);
        return Store(FuseElementwise.Apply(graph), device);
    }

    private static Graph Store(Graph graph, Device device) =>
        device.Options.Precision == Precision.Bfloat16 ? StoreBfloat16.Apply(graph) : graph;
}

/// <summary>Leaves out what does nothing at inference: dropout, stochastic depth, the identity, a concatenation of one map.</summary>
internal static class DropIdentities
{
    /// <summary>Applies the pass.</summary>
    public static Graph Apply(Graph graph) => GraphRewrite.Apply(graph, static (rewrite, node) =>
        node.Operator.IsIdentityAtInference && rewrite.LeaveOut(node, node.Inputs[0]));
}
