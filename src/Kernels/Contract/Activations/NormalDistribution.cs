using System.Runtime.CompilerServices;
using GpuNet.Kernels.Host;
using ILGPU.Algorithms;

namespace GpuNet.Kernels;

/// <summary>
/// The standard normal distribution, by exponential and arithmetic alone. With t = |x|/√2, erf(t) = t + t·P(t²) in the middle and
/// erfc(t) = e^(−t − t·Q(t)) outside, P and Q being polynomials of degree 5 and 6; the error is below 1e-7, and in the lower tail it
/// is relative to the value, because nothing is subtracted from 1 there.
/// </summary>
internal static class NormalDistribution
{
    private const float InverseRootTwo = 0.70710678f;
    private const float InverseRootTwoPi = 0.39894228f;

    // Where the two formulas meet.
    private const float Middle = 0.927734375f;

    private const float P0 = 1.28379166e-1f, P1 = -3.76125336e-1f, P2 = 1.12819925e-1f;
    private const float P3 = -2.67681349e-2f, P4 = 4.99119423e-3f, P5 = -5.96761703e-4f;
    private const float Q0 = -1.28717512e-1f, Q1 = -6.34846687e-1f, Q2 = -1.06777877e-1f, Q3 = 2.42546219e-2f;
    private const float Q4 = -3.88396438e-3f, Q5 = 3.83197126e-4f, Q6 = -1.72853470e-5f;

    /// <summary>φ(x) = e^(−x²/2) / √(2π).</summary>
    public static float Density(float x) => InverseRootTwoPi * XMath.Exp(-0.5f * x * x);

    /// <summary>φ(x), lane by lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Density<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes> =>
        TLanes.Create(InverseRootTwoPi) * TLanes.Exp(TLanes.Create(-0.5f) * x * x);

    /// <summary>Φ(x), the integral of φ up to x.</summary>
    public static float Cumulative(float x)
    {
        float z = x * InverseRootTwo;
        float t = MathF.Max(z, -z);
        if (t > Middle)
        {
            float q = (((((((((((Q6 * t) + Q5) * t) + Q4) * t) + Q3) * t) + Q2) * t) + Q1) * t) + Q0;
            float tail = 0.5f * XMath.Exp((q * t) - t);
            return x > 0f ? 1f - tail : tail;
        }
        float s = z * z;
        float p = (((((((((P5 * s) + P4) * s) + P3) * s) + P2) * s) + P1) * s) + P0;
        return 0.5f + (0.5f * ((p * z) + z));
    }

    /// <summary>Φ(x), lane by lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Cumulative<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes z = x * TLanes.Create(InverseRootTwo);
        TLanes t = TLanes.Abs(z), s = z * z, half = TLanes.Create(0.5f);
        TLanes q = TLanes.MultiplyAdd(TLanes.Create(Q6), t, TLanes.Create(Q5));
        q = TLanes.MultiplyAdd(q, t, TLanes.Create(Q4));
        q = TLanes.MultiplyAdd(q, t, TLanes.Create(Q3));
        q = TLanes.MultiplyAdd(q, t, TLanes.Create(Q2));
        q = TLanes.MultiplyAdd(q, t, TLanes.Create(Q1));
        q = TLanes.MultiplyAdd(q, t, TLanes.Create(Q0));
        TLanes tail = half * TLanes.Exp(TLanes.MultiplyAdd(q, t, TLanes.Create(0f) - t));
        TLanes outside = TLanes.WhereGreater(x, TLanes.Create(0f), TLanes.Create(1f) - tail, tail);
        TLanes p = TLanes.MultiplyAdd(TLanes.Create(P5), s, TLanes.Create(P4));
        p = TLanes.MultiplyAdd(p, s, TLanes.Create(P3));
        p = TLanes.MultiplyAdd(p, s, TLanes.Create(P2));
        p = TLanes.MultiplyAdd(p, s, TLanes.Create(P1));
        p = TLanes.MultiplyAdd(p, s, TLanes.Create(P0));
        TLanes inside = TLanes.MultiplyAdd(half, TLanes.MultiplyAdd(p, z, z), half);
        return TLanes.WhereGreater(t, TLanes.Create(Middle), outside, inside);
    }
}
