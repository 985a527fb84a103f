using GpuNet.Kernels;

namespace GpuNet;

/// <summary>
/// Adam (Kingma and Ba 2015, arXiv:1412.6980), as <c>torch.optim.Adam</c>: weight decay is added to the gradient.
/// <code>
/// g  = dw + decay · w
/// m  = beta1 · m + (1 − beta1) · g
/// v  = beta2 · v + (1 − beta2) · g²
/// w −= rate · m̂ / (√v̂ + epsilon)                  m̂ = m / (1 − beta1ᵗ), v̂ = v / (1 − beta2ᵗ) in step t
/// </code>
/// </summary>
public sealed record Adam : Optimizer
{
    /// <summary>Share of the gradients' mean kept from step to step.</summary>
    public float Beta1 { get; init; } = 0.9f;

    /// <summary>Share of the gradients' mean square kept from step to step.</summary>
    public float Beta2 { get; init; } = 0.999f;

    /// <summary>Added to the root.</summary>
    public float Epsilon { get; init; } = 1e-8f;

    internal override Type Rule => typeof(AdamRule);

    internal override OptimizerState[] States => StatesOfAdam;

    internal static OptimizerState[] StatesOfAdam => [new("mean"), new("variance")];

    internal override UpdateScalars Scalars(OptimizerArguments a) => Scalars(a, AsWritten(Beta1), AsWritten(Beta2), Epsilon) with
    {
        Decay = a.Decay,
    };

    /// <summary>The numbers of both kinds, without decay.</summary>
    internal static UpdateScalars Scalars(OptimizerArguments a, double beta1, double beta2, float epsilon) => new()
    {
        Step = (float)(-a.LearningRate / (1 - Math.Pow(beta1, a.Step))),
        Kept = (float)beta1,
        Taken = (float)(1 - beta1),
        SecondKept = (float)beta2,
        SecondTaken = (float)(1 - beta2),
        RootFactor = (float)(1 / Math.Sqrt(1 - Math.Pow(beta2, a.Step))),
        Epsilon = epsilon,
    };

    private protected override void ValidateOwn()
    {
        RequireShare(Beta1, nameof(Beta1));
        RequireShare(Beta2, nameof(Beta2));
        RequirePositive(Epsilon, nameof(Epsilon));
    }
}

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv:1711.05101), as <c>torch.optim.AdamW</c>: before the step of
/// <see cref="Adam"/>, whose gradients then hold no decay, w −= rate · decay · w.
/// </summary>
public sealed record AdamW : Optimizer
{
    /// <summary>The usual settings.</summary>
    public AdamW()
    {
        Decay = 0.01f;
        DecayBiasesAndNorms = false;
    }

    /// <summary>Share of the gradients' mean kept from step to step.</summary>
    public float Beta1 { get; init; } = 0.9f;

    /// <summary>Share of the gradients' mean square kept from step to step.</summary>
    public float Beta2 { get; init; } = 0.999f;

    /// <summary>Added to the root.</summary>
    public float Epsilon { get; init; } = 1e-8f;

    internal override Type Rule => typeof(AdamRule);

    internal override OptimizerState[] States => Adam.StatesOfAdam;

    internal override UpdateScalars Scalars(OptimizerArguments a) => Adam.Scalars(a, AsWritten(Beta1), AsWritten(Beta2), Epsilon) with
    {
        Shrink = (float)(1 - ((double)a.LearningRate * a.Decay)),
    };

    private protected override void ValidateOwn()
    {
        RequireShare(Beta1, nameof(Beta1));
        RequireShare(Beta2, nameof(Beta2));
        RequirePositive(Epsilon, nameof(Epsilon));
    }
}
