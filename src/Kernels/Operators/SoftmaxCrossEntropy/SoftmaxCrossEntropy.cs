using System.Collections.Immutable;

namespace GpuNet.Kernels;

/// <summary>
/// Cross entropy of class scores against labels, averaged over images or over the pixels of maps, with label smoothing (Szegedy et al.
/// 2016, arXiv:1512.00567), as <c>torch.nn.CrossEntropyLoss</c> defines it. With a position i a pixel of an image, and c[i] 0 where the
/// label is <see cref="IgnoreLabel"/> and 1 elsewhere:
/// <code>
/// target[i,k] = (1−e)·[k = label i] + e/K
/// loss        = −Σ_ik c[i] · target[i,k] · log softmax(x[i])[k] / C          C = Σ_i c[i]
/// dx[i,k]     = dloss/C · c[i] · (softmax(x[i])[k] − target[i,k])
/// </code>
/// Mixed, as images that were blended want it (Zhang et al. 2018, arXiv:1710.09412), the position has two labels, and the loss is
/// s·loss against the first + (1−s)·loss against the second, s being the share of the image's first label; c[i] is then that share of
/// the position that is not ignored.
/// Inputs: logits [N,H,W,K]; class numbers [N,H,W,1], 32-bit integers; mixed, the second class numbers [N,H,W,1] and the shares [N,1,1,1]
/// between 0 and 1. Only the logits have a gradient. Where everything is ignored the loss is NaN, 0/0, and the gradient 0. A label that is
/// no class number is an error on device <c>cpu</c>; elsewhere, where a kernel cannot report one, it makes the loss NaN. Saved: for each
/// position the greatest logit m, and log Σ exp(x−m), kept apart so that large logits cost no accuracy; and C.
/// </summary>
/// <param name="Logits">Extents of the logits.</param>
/// <param name="LabelSmoothing">e: the share of the target spread evenly over all classes, at least 0 and below 1.</param>
public sealed partial record SoftmaxCrossEntropy(Shape Logits, float LabelSmoothing = 0) : Operator
{
    /// <summary>The label of positions that do not count, as <c>ignore_index</c>; null where all do.</summary>
    public int? IgnoreLabel { get; init; }

    /// <summary>Whether each position has two labels, with a share of the first for each image.</summary>
    public bool Mixed { get; init; }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> Inputs => Mixed ? [Logits, Labels, Labels, new Shape(Logits.N, 1, 1, 1)] : [Logits, Labels];

    /// <summary>Extents of the class numbers.</summary>
    public Shape Labels => Logits with { C = 1 };

    /// <inheritdoc/>
    public override Shape Output => new(1, 1, 1, 1);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> Saved => [Shape.Vector(Logits.Rows), Shape.Vector(Logits.Rows), Shape.Vector(1)];

    /// <inheritdoc/>
    protected override string Detail =>
        ((LabelSmoothing > 0 ? FormattableString.Invariant($"smoothing {LabelSmoothing}") : "")
            + (IgnoreLabel is { } ignore ? FormattableString.Invariant($" ignoring {ignore}") : "")
            + (Mixed ? " mixed" : "")).Trim();

    /// <summary>For each logit a comparison, a difference, an exponential and a sum.</summary>
    public override long Flops => 4 * Logits.Elements;

    /// <inheritdoc/>
    public override ElementType InputType(int input) =>
        input == 1 || (Mixed && input == 2) ? ElementType.Int32 : ElementType.Float32;

    /// <inheritdoc/>
    public override bool HasGradient(int input) => input == 0;

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositiveInputs();
        Require(LabelSmoothing is >= 0 and < 1, "label smoothing is at least 0 and below 1", "a number in [0, 1)", LabelSmoothing);
    }
}
