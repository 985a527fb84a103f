using GpuNet.Kernels;

namespace GpuNet;

/// <summary>
/// RMSprop (Tieleman and Hinton 2012, lecture 6.5), as <c>torch.optim.RMSprop</c>.
/// <code>
/// g  = dw + decay · w
/// s  = alpha · s + (1 − alpha) · g²
/// c  = alpha · c + (1 − alpha) · g                if centred; else c = 0
/// d  = g / (√(s − c²) + epsilon)
/// m  = momentum · m + d                           without momentum m = d
/// w −= rate · m
/// </code>
/// </summary>
public sealed record RmsProp : Optimizer
{
    /// <summary>Share of the gradients' mean square kept from step to step.</summary>
    public float Alpha { get; init; } = 0.99f;

    /// <summary>Added to the root, or under it: see <see cref="EpsilonInside"/>.</summary>
    public float Epsilon { get; init; } = 1e-8f;

    /// <summary>Share of the momentum kept from step to step.</summary>
    public float Momentum { get; init; }

    /// <summary>Whether to take the gradients' variance instead of their mean square.</summary>
    public bool Centered { get; init; }

    /// <summary>
    /// Whether it is TensorFlow's variant, which MobileNet and EfficientNet were trained with, as timm's <c>RMSpropTF</c>: epsilon stands
    /// under the root, the mean square starts at 1, and the momentum holds rate · d, so that a new rate does not change old steps.
    /// </summary>
    public bool EpsilonInside { get; init; }

    internal override Type Rule => (Momentum > 0, Centered) switch
    {
        (false, false) => typeof(RmsPropRule<Without, Without>),
        (true, false) => typeof(RmsPropRule<With, Without>),
        (false, true) => typeof(RmsPropRule<Without, With>),
        (true, true) => typeof(RmsPropRule<With, With>),
    };

    internal override OptimizerState[] States =>
    [
        new("square", EpsilonInside ? 1 : 0),
        .. Momentum > 0 ? (OptimizerState[])[new("momentum")] : [],
        .. Centered ? (OptimizerState[])[new("mean")] : [],
    ];

    internal override UpdateScalars Scalars(OptimizerArguments a)
    {
        bool rateInside = EpsilonInside && Momentum > 0;
        return new UpdateScalars
        {
            Step = rateInside ? -1 : -a.LearningRate,
            Decay = a.Decay,
            Kept = Momentum,
            Taken = rateInside ? a.LearningRate : 1,
            SecondKept = Alpha,
            SecondTaken = (float)(1 - AsWritten(Alpha)),
            Epsilon = EpsilonInside ? 0 : Epsilon,
            InnerEpsilon = EpsilonInside ? Epsilon : 0,
        };
    }

    private protected override void ValidateOwn()
    {
        RequireShare(Alpha, nameof(Alpha));
        RequireShare(Momentum, nameof(Momentum));
        RequirePositive(Epsilon, nameof(Epsilon));
    }
}
