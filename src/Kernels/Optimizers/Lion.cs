using GpuNet.Kernels;

namespace GpuNet;

/// <summary>
/// Lion (Chen et al. 2023, arXiv:2302.06675): every parameter moves by the same amount, and decay is decoupled. It wants a rate three to
/// ten times smaller, and a decay as much larger, than <see cref="AdamW"/>.
/// <code>
/// w −= rate · (sign(beta1 · m + (1 − beta1) · dw) + decay · w)
/// m  = beta2 · m + (1 − beta2) · dw
/// </code>
/// </summary>
public sealed record Lion : Optimizer
{
    /// <summary>The usual settings.</summary>
    public Lion() => DecayBiasesAndNorms = false;

    /// <summary>Share of the momentum in the direction of a step.</summary>
    public float Beta1 { get; init; } = 0.9f;

    /// <summary>Share of the momentum kept from step to step.</summary>
    public float Beta2 { get; init; } = 0.99f;

    internal override Type Rule => typeof(LionRule);

    internal override OptimizerState[] States => [new("momentum")];

    internal override UpdateScalars Scalars(OptimizerArguments a) => new()
    {
        Step = -a.LearningRate,
        Shrink = (float)(1 - ((double)a.LearningRate * a.Decay)),
        Kept = Beta1,
        Taken = (float)(1 - AsWritten(Beta1)),
        SecondKept = Beta2,
        SecondTaken = (float)(1 - AsWritten(Beta2)),
    };

    private protected override void ValidateOwn()
    {
        RequireShare(Beta1, nameof(Beta1));
        RequireShare(Beta2, nameof(Beta2));
    }
}
