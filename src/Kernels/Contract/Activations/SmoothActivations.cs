using System.Runtime.CompilerServices;
using GpuNet.Kernels.Host;
using ILGPU.Algorithms;

namespace GpuNet.Kernels;

internal readonly struct Sigmoid : IActivation
{
    // Far below 0 the exponential is infinite and the quotient 0, as it should be.
    public static float Forward(float x) => 1f / (1f + XMath.Exp(-x));

    public static float Gradient(float x)
    {
        float s = Forward(x);
        return s * (1f - s);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Forward<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes one = TLanes.Create(1f);
        return one / (one + TLanes.Exp(TLanes.Create(0f) - x));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Gradient<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes s = Forward(x);
        return s * (TLanes.Create(1f) - s);
    }
}

// (x·σ)' = σ·(1 + x·(1 − σ))
internal readonly struct Silu : IActivation
{
    public static float Forward(float x) => x * Sigmoid.Forward(x);

    public static float Gradient(float x)
    {
        float s = Sigmoid.Forward(x);
        return s * (1f + (x * (1f - s)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes IActivation.Forward<TLanes>(TLanes x) => x * Sigmoid.Forward(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes IActivation.Gradient<TLanes>(TLanes x)
    {
        TLanes one = TLanes.Create(1f);
        TLanes s = Sigmoid.Forward(x);
        return s * TLanes.MultiplyAdd(x, one - s, one);
    }
}

// (x·Φ)' = Φ + x·φ
internal readonly struct Gelu : IActivation
{
    public static float Forward(float x) => x * NormalDistribution.Cumulative(x);

    public static float Gradient(float x) => NormalDistribution.Cumulative(x) + (x * NormalDistribution.Density(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes IActivation.Forward<TLanes>(TLanes x) => x * NormalDistribution.Cumulative(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes IActivation.Gradient<TLanes>(TLanes x) =>
        TLanes.MultiplyAdd(x, NormalDistribution.Density(x), NormalDistribution.Cumulative(x));
}

// (1 + tanh u) / 2 = σ(2u), so the value is x·σ(v) with v = 2u = 2·√(2/π)·(x + 0.044715·x³).
internal readonly struct GeluTanh : IActivation
{
    private const float Linear = 1.5957691216f;
    private const float Cubic = 0.0713548163f;

    public static float Forward(float x) => x * Sigmoid.Forward(x * (Linear + (Cubic * x * x)));

    public static float Gradient(float x)
    {
        float s = Sigmoid.Forward(x * (Linear + (Cubic * x * x)));
        float slope = Linear + (3f * Cubic * x * x);
        return s * (1f + (x * (1f - s) * slope));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes IActivation.Forward<TLanes>(TLanes x) =>
        x * Sigmoid.Forward(x * TLanes.MultiplyAdd(TLanes.Create(Cubic), x * x, TLanes.Create(Linear)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes IActivation.Gradient<TLanes>(TLanes x)
    {
        TLanes one = TLanes.Create(1f);
        TLanes s = Sigmoid.Forward(x * TLanes.MultiplyAdd(TLanes.Create(Cubic), x * x, TLanes.Create(Linear)));
        TLanes slope = TLanes.MultiplyAdd(TLanes.Create(3f * Cubic), x * x, TLanes.Create(Linear));
        return s * TLanes.MultiplyAdd(x * (one - s), slope, one);
    }
}
