using System.Collections.Immutable;

namespace GpuNet.Kernels;

/// <summary>
/// Cross entropy of class scores against labels, averaged over the batch, with label smoothing (Szegedy et al. 2016,
/// arXiv:1512.00567), as <c>torch.nn.CrossEntropyLoss</c> defines it.
/// <code>
/// target[n,k] = (1−e)·[k = label n] + e/K
/// loss        = 1/N · Σ_nk −target[n,k] · log softmax(x[n])[k]
/// dx[n,k]     = dloss/N · (softmax(x[n])[k] − target[n,k])
/// </code>
/// Inputs: logits [N,1,1,K]; class numbers [N,1,1,1], which have no gradient. A label that is no class number is an error on device
/// <c>cpu</c>; elsewhere, where a kernel cannot report one, it makes the loss NaN. Saved for each image: the greatest logit m, and
/// log Σ exp(x−m); kept apart, large logits cost no accuracy.
/// </summary>
/// <param name="Logits">Extents of the logits.</param>
/// <param name="LabelSmoothing">e: the share of the target spread evenly over all classes, at least 0 and below 1.</param>
public sealed partial record SoftmaxCrossEntropy(Shape Logits, float LabelSmoothing = 0) : Operator
{
    /// <inheritdoc/>
    public override ImmutableArray<Shape> Inputs => [Logits, new Shape(Logits.N, 1, 1, 1)];

    /// <inheritdoc/>
    public override Shape Output => new(1, 1, 1, 1);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> Saved => [Shape.Vector(Logits.N), Shape.Vector(Logits.N)];

    /// <inheritdoc/>
    protected override string Detail => LabelSmoothing > 0 ? FormattableString.Invariant($"smoothing {LabelSmoothing}") : "";

    /// <summary>For each logit a comparison, a difference, an exponential and a sum.</summary>
    public override long Flops => 4 * Logits.Elements;

    /// <inheritdoc/>
    public override bool HasGradient(int input) => input == 0;

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositiveInputs();
        Require(Logits.Pixels == 1, "logits are one vector an image", "[Nx1x1xK]", Logits);
        Require(LabelSmoothing is >= 0 and < 1, "label smoothing is at least 0 and below 1", "a number in [0, 1)", LabelSmoothing);
    }
}
