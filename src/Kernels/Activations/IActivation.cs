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
