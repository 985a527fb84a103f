namespace GpuNet.Kernels;

/// <summary>Something that is built for one activation: a launcher, as a rule.</summary>
internal interface IActivationBinder<TResult>
{
    /// <summary>Builds it.</summary>
    TResult Bind<TActivation>()
        where TActivation : unmanaged, IActivation;
}

/// <summary>The one place where an <see cref="ActivationKind"/> becomes a type.</summary>
internal static class ActivationBinding
{
    /// <summary>Builds what <paramref name="binder"/> builds, for the activation of a kind.</summary>
    /// <exception cref="GpuNetException">There is no such kind.</exception>
    public static TResult Bind<TResult>(this ActivationKind kind, IActivationBinder<TResult> binder) => kind switch
    {
        ActivationKind.Identity => binder.Bind<Identity>(),
        ActivationKind.Relu => binder.Bind<Relu>(),
        ActivationKind.Relu6 => binder.Bind<Relu6>(),
        ActivationKind.Silu => binder.Bind<Silu>(),
        ActivationKind.Sigmoid => binder.Bind<Sigmoid>(),
        ActivationKind.HardSigmoid => binder.Bind<HardSigmoid>(),
        ActivationKind.HardSwish => binder.Bind<HardSwish>(),
        ActivationKind.Gelu => binder.Bind<Gelu>(),
        ActivationKind.GeluTanh => binder.Bind<GeluTanh>(),
        _ => throw new GpuNetException($"Activation: the kind is one of {string.Join(", ", Enum.GetNames<ActivationKind>())}, got {kind}."),
    };
}
