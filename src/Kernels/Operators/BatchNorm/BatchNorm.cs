using System.Collections.Immutable;

namespace GpuNet.Kernels;

/// <summary>
/// Batch normalisation with an activation behind it (Ioffe and Szegedy 2015, arXiv:1502.03167). With N values a channel:
/// <code>
/// μ[c]  = Σ_nhw x / N          σ²[c] = Σ_nhw (x − μ)² / N          x̂ = (x − μ) / √(σ² + ε)
/// y     = act(z),  z = weight[c]·x̂ + bias[c]
/// dz    = dy · act'(z)         dbias[c] += Σ_nhw dz                dweight[c] += Σ_nhw dz·x̂
/// dx    = weight[c] / √(σ² + ε) · (dz − Σdz/N − x̂·Σ(dz·x̂)/N)
/// </code>
/// In training, forward moves the running statistics as PyTorch does: running = (1 − m)·running + m·batch, the running variance by
/// σ²·N/(N − 1). At inference the running statistics stand for μ and σ², and the two sums fall out of dx.
/// Parameters: <c>weight</c>, <c>bias</c>, <c>running_mean</c>, <c>running_var</c>. Saved: μ and 1/√(σ² + ε).
/// </summary>
/// <param name="Input">Extents of the input and the output.</param>
/// <param name="Epsilon">ε, added to the variance.</param>
/// <param name="Momentum">m, the share of a batch in the running statistics.</param>
/// <param name="Activation">The activation behind it.</param>
public sealed partial record BatchNorm(
    Shape Input,
    float Epsilon = 1e-5f,
    float Momentum = 0.1f,
    ActivationKind Activation = ActivationKind.Identity) : Operator
{
    /// <inheritdoc/>
    public override ImmutableArray<Shape> Inputs => [Input];

    /// <inheritdoc/>
    public override Shape Output => Input;

    /// <inheritdoc/>
    public override ImmutableArray<ParameterSpec> Parameters
    {
        get
        {
            Shape vector = Shape.Vector(Input.C);
            return
            [
                new ParameterSpec("weight", vector, ParameterKind.Norm, Initializer.Ones),
                new ParameterSpec("bias", vector, ParameterKind.Norm, Initializer.Zeros),
                new ParameterSpec("running_mean", vector, ParameterKind.Statistic, Initializer.Zeros),
                new ParameterSpec("running_var", vector, ParameterKind.Statistic, Initializer.Ones),
            ];
        }
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> Saved => [Shape.Vector(Input.C), Shape.Vector(Input.C)];

    /// <inheritdoc/>
    public override long Flops => 4 * Output.Elements;

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositiveInputs();
        Require(Epsilon > 0f && float.IsFinite(Epsilon), "epsilon keeps the variance away from 0", "a positive number", Epsilon);
        Require(Momentum is >= 0f and <= 1f, "momentum is a share", "0 to 1", Momentum);
        Require(Enum.IsDefined(Activation), "the activation is one there is",
            string.Join(", ", Enum.GetNames<ActivationKind>()), Activation);
    }

    /// <inheritdoc/>
    public override void ValidateTraining() =>
        Require(Input.Rows > 1, "a training batch has more than 1 value per channel", "at least 2", Input.Rows);

    /// <inheritdoc/>
    protected override string Detail =>
        ($"{(Activation == ActivationKind.Identity ? "" : Activation)}{Unless(1e-5f, "epsilon", Epsilon)}"
            + Unless(0.1f, "momentum", Momentum)).Trim();
}
