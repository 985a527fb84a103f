using System.Collections.Immutable;

namespace GpuNet.Kernels;

/// <summary>
/// Dropout (Srivastava et al. 2014, JMLR 15): in training each element is zeroed with probability r and the others are scaled to keep
/// the expectation; at inference it does nothing. The choice is a hash of step seed and element index, and is not stored.
/// <code>
/// y = x · keep / (1 − r)        dx = dy · keep / (1 − r)
/// </code>
/// </summary>
/// <param name="Input">Extents of the input and the output.</param>
/// <param name="Rate">r, the share that is dropped.</param>
public sealed partial record Dropout(Shape Input, float Rate) : Operator
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
        Candidate.Kernels("Plain", device => new RandomMaskPlain(device, Input, 1, Rate)),
        Candidate.Kernels("Vector", device => new RandomMaskVector(device, ElementwiseRows.Alike(Input), Rate, typeof(ElementMask))),
        Candidate.Host(device => new DropoutHost(device, this)),
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
