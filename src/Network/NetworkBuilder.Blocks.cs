using GpuNet.Kernels;

namespace GpuNet;

public sealed partial class NetworkBuilder
{
    /// <summary>Convolution, batch norm and activation; parameters under <c>name.0</c> and <c>name.1</c>.</summary>
    public Value ConvNorm(string name, Value x, int channels, Window window, ActivationKind activation, int groups = 1) =>
        BatchNorm($"{name}.1", Conv($"{name}.0", x, channels, window, groups), activation);

    /// <summary>
    /// Squeeze-and-excitation (Hu et al. 2018, arXiv:1709.01507): the channels' means through two layers give a gate for each channel;
    /// parameters under <c>name.fc1</c> and <c>name.fc2</c>.
    /// </summary>
    /// <param name="name">Name of the block.</param>
    /// <param name="x">Map to gate.</param>
    /// <param name="width">Channels between the two layers.</param>
    /// <param name="inner">Activation between them.</param>
    /// <param name="gate">Activation that makes the gate.</param>
    public Value SqueezeExcite(
        string name, Value x, int width, ActivationKind inner = ActivationKind.Relu, ActivationKind gate = ActivationKind.Sigmoid)
    {
        Value squeezed = GlobalAveragePool($"{name}.squeeze", x);
        Value hidden = Activation($"{name}.activation", PointwiseConv($"{name}.fc1", squeezed, width, bias: true), inner);
        Value scale = Activation($"{name}.gate", PointwiseConv($"{name}.fc2", hidden, x.Shape.C, bias: true), gate);
        return ChannelScale($"{name}.excite", x, scale);
    }

    /// <summary>
    /// Multi-head self-attention over the pixels of a map (Vaswani et al. 2017, arXiv:1706.03762), with projections; parameters under
    /// <c>name.qkv</c> and <c>name.proj</c>. Memory grows linearly with the number of pixels.
    /// </summary>
    public Value SelfAttention(string name, Value x, int heads)
    {
        Value qkv = PointwiseConv($"{name}.qkv", x, 3 * x.Shape.C, bias: true);
        Value mixed = Graph.Add($"{name}.attention", new SelfAttention(qkv.Shape, heads), qkv);
        return PointwiseConv($"{name}.proj", mixed, x.Shape.C, bias: true);
    }

    /// <summary>
    /// Fuses two maps of equal height and width: concatenated, mixed by a pointwise convolution, then by self-attention around which
    /// the mixed map passes as a residual; parameters under <c>name.mix</c> and <c>name.attend</c>.
    /// </summary>
    /// <param name="name">Name of the block.</param>
    /// <param name="a">First map.</param>
    /// <param name="b">Second map.</param>
    /// <param name="channels">Channels of the fused map, a multiple of <paramref name="heads"/>.</param>
    /// <param name="heads">Attention heads.</param>
    public Value AttentionFusion(string name, Value a, Value b, int channels, int heads)
    {
        Value mixed = ConvNorm($"{name}.mix", Concat($"{name}.concat", a, b), channels, new Window(1), ActivationKind.Silu);
        return Add($"{name}.add", mixed, SelfAttention($"{name}.attend", mixed, heads));
    }

    /// <summary>
    /// An inverted residual (Sandler et al. 2018, arXiv:1801.04381; with squeeze-and-excitation Tan and Le 2019, arXiv:1905.11946):
    /// expand by a pointwise convolution, filter depthwise, gate, project; added to the input where the extents are equal.
    /// </summary>
    public Value InvertedResidual(string name, Value x, InvertedResidual block)
    {
        ArgumentNullException.ThrowIfNull(block);
        string layers = $"{name}.{block.LayerList}";
        int layer = 0;
        int hidden = x.Shape.C * block.Expansion;
        Value y = x;
        if (block.Expansion > 1)
            y = ConvNorm($"{layers}.{layer++}", y, hidden, new Window(1), block.Activation);
        y = ConvNorm($"{layers}.{layer++}", y, hidden, new Window(block.Kernel, block.Stride), block.Activation, groups: hidden);
        if (block.SqueezeRatio > 0)
            y = SqueezeExcite($"{layers}.{layer++}", y, Math.Max(1, (int)(x.Shape.C * block.SqueezeRatio)), block.Activation);
        y = block.FlatProjection
            ? BatchNorm($"{layers}.{layer + 1}", PointwiseConv($"{layers}.{layer}", y, block.Channels))
            : ConvNorm($"{layers}.{layer}", y, block.Channels, new Window(1), ActivationKind.Identity);
        return y.Shape == x.Shape ? Add($"{name}.add", x, StochasticDepth($"{name}.stochastic_depth", y, block.DropRate)) : y;
    }
}

/// <summary>What one inverted residual block is made of; see <see cref="NetworkBuilder.InvertedResidual"/>.</summary>
/// <param name="Expansion">Hidden channels as a multiple of the input's; at 1 there is no expanding layer.</param>
/// <param name="Channels">Output channels.</param>
/// <param name="Kernel">Extent of the depthwise kernel.</param>
/// <param name="Stride">Step of the depthwise kernel.</param>
/// <param name="Activation">Activation after expanding and filtering.</param>
public sealed record InvertedResidual(int Expansion, int Channels, int Kernel, int Stride, ActivationKind Activation)
{
    /// <summary>Width of the squeeze as a part of the block's input channels; 0 leaves squeeze-and-excitation out.</summary>
    public float SqueezeRatio { get; init; }

    /// <summary>Rate at which training drops the branch.</summary>
    public float DropRate { get; init; }

    /// <summary>Name of the list that holds the block's layers.</summary>
    public string LayerList { get; init; } = "block";

    /// <summary>
    /// Whether the projection and its norm are two entries of the layer list, as in torchvision's MobileNetV2, rather than one entry
    /// with two parts, as in its EfficientNet.
    /// </summary>
    public bool FlatProjection { get; init; }
}
