using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>
/// An activation as a type, so that kernels and host loops are compiled for each and never branch on the kind. The two forms say
/// the same thing: numbers for kernels, lanes for the host.
/// </summary>
internal interface IActivation
{
    /// <summary>The value.</summary>
    static abstract float Forward(float x);

    /// <summary>The derivative at x, the value before the activation.</summary>
    static abstract float Gradient(float x);

    /// <summary>The value, lane by lane.</summary>
    static abstract TLanes Forward<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>;

    /// <summary>The derivative at x, lane by lane.</summary>
    static abstract TLanes Gradient<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>;
}

/// <summary>The one place where an <see cref="ActivationKind"/> becomes a type.</summary>
internal static class ActivationBinding
{
    /// <summary>The activation of a kind, as a policy.</summary>
    /// <exception cref="GpuNetException">There is no such kind.</exception>
    public static Type Policy(this ActivationKind kind) => kind switch
    {
        ActivationKind.Identity => typeof(Identity),
        ActivationKind.Relu => typeof(Relu),
        ActivationKind.Relu6 => typeof(Relu6),
        ActivationKind.Silu => typeof(Silu),
        ActivationKind.Sigmoid => typeof(Sigmoid),
        ActivationKind.HardSigmoid => typeof(HardSigmoid),
        ActivationKind.HardSwish => typeof(HardSwish),
        ActivationKind.Gelu => typeof(Gelu),
        ActivationKind.GeluTanh => typeof(GeluTanh),
        _ => throw new GpuNetException(
            $"Activation: the kind is one of {string.Join(", ", Enum.GetNames<ActivationKind>())}, got {kind}."),
    };
}
