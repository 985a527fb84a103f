using System.Diagnostics.CodeAnalysis;
using GpuNet.Kernels;

namespace GpuNet;

/// <summary>
/// Makes one operator, <see cref="InvertedBottleneck"/>, of the convolutions and norms of an inverted residual: expand, filter
/// depthwise, project, and the sum with the input. Without an expanding convolution the chain begins with the depthwise one.
/// </summary>
public static class FuseInvertedBottlenecks
{
    // Below this a hidden tensor stays in a second-level cache anyway, while its few pixels do not fill register tiles row by row.
    // MobileNetV2 at 224x224: 14x14x384 (294 KiB) gains, 7x7x960 (184 KiB) loses.
    private const long LeastHiddenBytes = 256 * 1024;

    /// <summary>Fuses what a device gains by in training and for gradients: the host by every chain there is.</summary>
    public static Graph ForTraining(Graph graph, Device device) => Apply(graph, op => op, op => op.GainsOn(device));

    /// <summary>Fuses what the host gains by at inference: chains whose hidden tensor does not stay in a cache by itself.</summary>
    public static Graph ForInference(Graph graph) => Apply(graph, op => op with { ForInference = true }, IsWide);

    private static Graph Apply(Graph graph, Func<InvertedBottleneck, InvertedBottleneck> use, Func<InvertedBottleneck, bool> pays)
    {
        var rewrite = new GraphRewrite(graph);
        foreach (Node node in rewrite.Nodes)
        {
            if (Match(rewrite, node) is var (chain, op) && pays(op))
                rewrite.Merge(chain, use(op));
            else
                rewrite.Copy(node);
        }
        return rewrite.Finish();
    }

    private static bool IsWide(InvertedBottleneck op) => op.ExpandNorm.Output.Bytes / op.Input.N >= LeastHiddenBytes;

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
