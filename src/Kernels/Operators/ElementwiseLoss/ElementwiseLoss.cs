using System.Collections.Immutable;

namespace GpuNet.Kernels;

/// <summary>
/// The mean of a loss of each element of a prediction against its target, as the losses of PyTorch define it (see <see cref="LossKind"/>).
/// <code>
/// loss  = Σ_i l(x[i], t[i]) / count          dx[i] = dloss/count · l'(x[i], t[i])
/// </code>
/// Weighted, each element counts by its weight w, 0 for those that are not to count at all, such as boxes without an object:
/// <code>
/// loss  = Σ_i w[i]·l(x[i], t[i]) / W         dx[i] = dloss/W · w[i]·l'(x[i], t[i])         W = max(Σ_i w[i], 1)
/// </code>
/// so that a batch in which nothing counts has the loss 0, whatever the prediction there is. Inputs: prediction, target and, if weighted,
/// weights, all of the same extents; only the prediction has a gradient. Saved: the divisor.
/// </summary>
/// <param name="Prediction">Extents of the prediction, of the target and of the weights.</param>
/// <param name="Kind">Which loss.</param>
/// <param name="Delta">The distance at which <see cref="LossKind.SmoothL1"/> (there: beta) and <see cref="LossKind.Huber"/> go over from a
/// parabola to a line; others do not look at it.</param>
public sealed partial record ElementwiseLoss(Shape Prediction, LossKind Kind, float Delta = 1) : Operator
{
    /// <summary>Whether there are weights.</summary>
    public bool Weighted { get; init; }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> Inputs => Weighted ? [Prediction, Prediction, Prediction] : [Prediction, Prediction];

    /// <inheritdoc/>
    public override Shape Output => new(1, 1, 1, 1);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> Saved => [Shape.Vector(1)];

    /// <summary>For each element a difference, a function of it and a sum.</summary>
    public override long Flops => 3 * Prediction.Elements;

    /// <inheritdoc/>
    protected override string Detail => $"{Kind}{Unless(1, "delta", Delta)}{(Weighted ? " weighted" : "")}";

    /// <inheritdoc/>
    public override bool HasGradient(int input) => input == 0;

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositiveInputs();
        Require(Enum.IsDefined(Kind), "the kind is one there is", string.Join(", ", Enum.GetNames<LossKind>()), Kind);
        Require(Delta > 0 && float.IsFinite(Delta), "delta is a distance", "a positive number", Delta);
    }
}
