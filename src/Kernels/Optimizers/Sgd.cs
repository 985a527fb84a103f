using GpuNet.Kernels;

namespace GpuNet;

/// <summary>
/// Stochastic gradient descent with momentum, as <c>torch.optim.SGD</c>.
/// <code>
/// g  = dw + decay · w
/// m  = momentum · m + (1 − dampening) · g         the first step: m = g
/// w −= rate · (nesterov ? g + momentum · m : m)
/// </code>
/// Without momentum it keeps nothing, and w −= rate · g.
/// </summary>
public sealed record Sgd : Optimizer
{
    /// <summary>Share of the momentum kept from step to step.</summary>
    public float Momentum { get; init; } = 0.9f;

    /// <summary>Whether to look ahead along the momentum (Sutskever et al. 2013).</summary>
    public bool Nesterov { get; init; }

    /// <summary>Share of the gradient that does not get into the momentum, from the second step on.</summary>
    public float Dampening { get; init; }

    internal override Type Rule => Momentum > 0 ? typeof(SgdMomentumRule) : typeof(SgdRule);

    internal override OptimizerState[] States => Momentum > 0 ? [new("momentum")] : [];

    internal override UpdateScalars Scalars(OptimizerArguments a) => new()
    {
        Step = -a.LearningRate,
        Decay = a.Decay,
        Kept = Momentum,
        Taken = a.Step == 1 ? 1 : (float)(1 - AsWritten(Dampening)),
        GradientShare = Nesterov ? 1 : 0,
        MomentumShare = Nesterov ? Momentum : 1,
    };

    private protected override void ValidateOwn()
    {
        RequireShare(Momentum, nameof(Momentum));
        RequireShare(Dampening, nameof(Dampening));
        Require(!Nesterov || (Momentum > 0 && Dampening == 0), nameof(Nesterov), "for momentum above 0 without dampening",
            $"momentum {Momentum} and dampening {Dampening}");
    }
}
