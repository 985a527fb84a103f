namespace GpuNet.Kernels;

/// <summary>What a link of an <see cref="ElementwiseChain"/> does.</summary>
public enum ElementwiseLinkKind
{
    /// <summary>Applies an activation.</summary>
    Activate,

    /// <summary>Adds a map of the same extents.</summary>
    PlusTensor,

    /// <summary>Multiplies each channel of an image by a number of its own.</summary>
    TimesGate,
}

/// <summary>A link of an <see cref="ElementwiseChain"/>.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Activation">Which activation, if it is one.</param>
public readonly record struct ElementwiseLink(ElementwiseLinkKind Kind, ActivationKind Activation = ActivationKind.Identity)
{
    /// <summary>Whether it reads a tensor of its own.</summary>
    public bool HasOperand => Kind != ElementwiseLinkKind.Activate;

    /// <inheritdoc/>
    public override string ToString() => Kind == ElementwiseLinkKind.Activate ? Activation.ToString() : Kind == ElementwiseLinkKind.PlusTensor ? "plus" : "gate";
}
