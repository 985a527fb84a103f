using System.Collections.Immutable;

namespace GpuNet.Kernels;

/// <summary>
/// An elementwise non-linearity as an operator of its own; most networks have it at the end of a convolution or normalisation.
/// <code>
/// y  = act(x)
/// dx = dy · act'(x)
/// </code>
/// </summary>
/// <param name="Input">Extents of the input and the output.</param>
/// <param name="Kind">Which one.</param>
public sealed partial record Activation(Shape Input, ActivationKind Kind) : Operator
{
    /// <inheritdoc/>
    public override ImmutableArray<Shape> Inputs => [Input];

    /// <inheritdoc/>
    public override Shape Output => Input;

    /// <inheritdoc/>
    public override bool IsIdentityAtInference => Kind == ActivationKind.Identity;

    /// <inheritdoc/>
    protected override string Detail => Kind.ToString();

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositiveInputs();
        Require(Enum.IsDefined(Kind), "the kind is one there is", string.Join(", ", Enum.GetNames<ActivationKind>()), Kind);
    }
}
