using System.Diagnostics.CodeAnalysis;
using GpuNet.Kernels;

namespace GpuNet;

/// <summary>
/// Makes one operator, <see cref="Excitation"/>, of the two layers that make a gate of an image's means. For devices that run kernels,
/// on which each layer alone is hardly more than its launch; convolutions have taken the activations over by then.
/// </summary>
internal static class FuseExcitation
{
    /// <summary>Applies the pass.</summary>
    public static Graph Apply(Graph graph) => GraphRewrite.Apply(graph, static (rewrite, node) =>
        IsLayer(node, out PointwiseConv? first) && first.Channels <= Excitation.MostWidth
        && rewrite.OnlyReader(node.Output) is { } reader && IsLayer(reader, out PointwiseConv? second)
        && rewrite.OnlyReader(reader.Output) is { Operator: ChannelScale }
        && rewrite.Merge(node, reader,
            new Excitation(first.Input, first.Channels, second.Channels, first.Epilogue.Activation, second.Epilogue.Activation)));

    // A pointwise convolution of single pixels, with nothing behind it but an activation.
    private static bool IsLayer(Node node, [NotNullWhen(true)] out PointwiseConv? layer)
    {
        layer = node.Operator as PointwiseConv;
        return layer is { Bias: true, Gated: false, Input.Pixels: 1 }
            && layer.Epilogue == new Epilogue { Activation = layer.Epilogue.Activation };
    }
}
