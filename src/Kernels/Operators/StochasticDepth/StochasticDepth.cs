using System.Collections.Immutable;

namespace GpuNet.Kernels;

/// <summary>
/// Stochastic depth (Huang et al. 2016, arXiv:1603.09382), torchvision's mode "row": in training the branch of a whole image n is
/// dropped with probability r and the others are scaled to keep the expectation; at inference it does nothing.
/// <code>
/// y = x · keep[n] / (1 − r)        dx = dy · keep[n] / (1 − r)
/// </code>
/// </summary>
/// <param name="Input">Extents of the input and the output.</param>
/// <param name="Rate">r, the share of images whose branch is dropped.</param>
public sealed partial record StochasticDepth(Shape Input, float Rate) : Operator
{
    /// <inheritdoc/>
    public override ImmutableArray<Shape> Inputs => [Input];

    /// <inheritdoc/>
    public override Shape Output => Input;

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.None;

    /// <inheritdoc/>
    public override bool IsIdentityAtInference => true;

    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", device => new RandomMaskPlain(device, Input, Input.Pixels * Input.C, Rate)),
        Candidate.Kernels("Vector", device => new RandomMaskVector(device, ElementwiseRows.PerImage(Input), Rate, typeof(ImageMask))) with
        {
            Needs = _ => ElementwiseRows.PerImage(Input).FitGrid,
        },
        Candidate.Host(device => new StochasticDepthHost(device, this)),
    ];

    /// <inheritdoc/>
    protected override string Detail => FormattableString.Invariant($"rate {Rate}");

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositiveInputs();
        Require(Rate is >= 0f and < 1f, "the rate is a share below 1", "0 up to 1", Rate);
    }
}
