using GpuNet.Kernels;

namespace GpuNet.Network;

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
