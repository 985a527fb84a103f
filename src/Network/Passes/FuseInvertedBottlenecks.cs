using System.Diagnostics.CodeAnalysis;
using GpuNet.Kernels;

namespace GpuNet;

/// <summary>
/// Makes one operator, <see cref="InvertedBottleneck"/>, of the convolutions and norms of an inverted residual: expand, filter
/// depthwise, project, and the sum with the input. Without an expanding convolution the chain begins with the depthwise one.
/// </summary>
internal static class FuseInvertedBottlenecks
{
    // Below this a hidden tensor stays in a second-level cache anyway, while its few pixels do not fill register tiles row by row.
    // MobileNetV2 at 224x224: 14x14x384 (294 KiB) gains, 7x7x960 (184 KiB) loses.
    private const long LeastHiddenBytes = 256 * 1024;

    /// <summary>Fuses what a device gains by in training and for gradients: the host by every chain there is.</summary>
    public static Graph ForTraining(Graph graph, Device device) => ForTraining(graph, device, static _ => false);

    /// <summary>
    /// The same where parameters are frozen: as one operator, all norms of a chain take their batch's statistics, or all of them their
    /// running ones.
    /// </summary>
    internal static Graph ForTraining(Graph graph, Device device, Func<string, bool> frozen) =>
        Apply(graph, null, op => op, (chain, op) => AreAlike(chain, frozen) && op.GainsOn(device));

    /// <summary>Fuses what the host gains by at inference: chains whose hidden tensor does not stay in a cache by itself.</summary>
    public static Graph ForInference(Graph graph) => ForInference(graph, null);

    /// <summary>The same among the nodes of some names; null for all.</summary>
    internal static Graph ForInference(Graph graph, IReadOnlySet<string>? among) =>
        Apply(graph, among, op => op with { ForInference = true }, (_, op) => IsWide(op));

    private static Graph Apply(Graph graph, IReadOnlySet<string>? among, Func<InvertedBottleneck, InvertedBottleneck> use,
        Func<IReadOnlyList<Node>, InvertedBottleneck, bool> pays)
    {
        var rewrite = new GraphRewrite(graph, among);
        foreach (Node node in rewrite.Nodes)
        {
            if (rewrite.MayTouch(node) && Match(rewrite, node) is var (chain, op) && pays(chain, op))
                rewrite.Merge(chain, use(op));
            else
                rewrite.Copy(node);
        }
        return rewrite.Finish();
    }

    private static bool IsWide(InvertedBottleneck op) => op.ExpandNorm.Output.Bytes / op.Input.N >= LeastHiddenBytes;

    // Whether all of a chain's parameters are trained, or all frozen.
    private static bool AreAlike(IReadOnlyList<Node> chain, Func<string, bool> frozen) =>
        chain.SelectMany(n => n.Parameters).Where(p => p.Spec.IsTrained).Select(p => frozen(p.Name)).Distinct().Count() == 1;

    private static (List<Node> Chain, InvertedBottleneck Op)? Match(GraphRewrite rewrite, Node first)
    {
        var chain = new List<Node> { first };
        Node? expand = first.Operator is PointwiseConv { Bias: false } e && e.Epilogue == Epilogue.None && e.Channels != e.Input.C
            ? first : null;
        BatchNorm? norm = null;
        if (expand is not null && (!Next(rewrite, chain, out norm) || !Next(rewrite, chain, out DepthwiseConv? _)))
            return null;
        if (chain[^1].Operator is not DepthwiseConv { Bias: false } filter || filter.Epilogue != Epilogue.None
            || !Next(rewrite, chain, out BatchNorm? filterNorm)
            || !Next(rewrite, chain, out PointwiseConv? project) || project.Bias || project.Epilogue != Epilogue.None
            || !Next(rewrite, chain, out BatchNorm? projectNorm))
        {
            return null;
        }
        bool alike = projectNorm.Activation == ActivationKind.Identity && Alike(filterNorm, projectNorm)
            && (norm is null || (Alike(norm, filterNorm) && norm.Activation == filterNorm.Activation));
        if (!alike)
            return null;
        Value input = first.Inputs[0];
        Value[] terms = [input, chain[^1].Output];
        bool residual = rewrite.OnlyReader(chain[^1].Output) is { Operator: Add } sum && sum.Inputs.All(terms.Contains);
        if (residual)
            chain.Add(rewrite.OnlyReader(chain[^1].Output)!);
        return (chain, new InvertedBottleneck(
            input.Shape, filter.Input.C, project.Channels, filter.Window, filterNorm.Activation, residual,
            filterNorm.Epsilon, filterNorm.Momentum));
    }

    private static bool Alike(BatchNorm a, BatchNorm b) => a.Epsilon == b.Epsilon && a.Momentum == b.Momentum;

    // The chain goes on if nobody else reads its last output, and the reader is what is asked for.
    private static bool Next<T>(GraphRewrite rewrite, List<Node> chain, [NotNullWhen(true)] out T? op)
        where T : Operator
    {
        op = rewrite.OnlyReader(chain[^1].Output)?.Operator as T;
        if (op is not null)
            chain.Add(rewrite.OnlyReader(chain[^1].Output)!);
        return op is not null;
    }
}
