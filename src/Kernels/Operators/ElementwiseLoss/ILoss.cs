using System.Runtime.CompilerServices;
using GpuNet.Kernels.Host;
using ILGPU.Algorithms;

namespace GpuNet.Kernels;

/// <summary>
/// A loss of one element as a type, so that kernels and host loops are compiled for each. The two forms say the same thing: numbers for
/// kernels, lanes for the host.
/// </summary>
internal interface ILoss
{
    /// <summary>The loss of a prediction against its target.</summary>
    static abstract float Value(float x, float t, float delta);

    /// <summary>Its derivative by the prediction.</summary>
    static abstract float Slope(float x, float t, float delta);

    /// <summary>The loss, lane by lane.</summary>
    static abstract TLanes Value<TLanes>(TLanes x, TLanes t, TLanes delta)
        where TLanes : unmanaged, ILanes<TLanes>;

    /// <summary>The derivative, lane by lane.</summary>
    static abstract TLanes Slope<TLanes>(TLanes x, TLanes t, TLanes delta)
        where TLanes : unmanaged, ILanes<TLanes>;
}

/// <summary>The one place where a <see cref="LossKind"/> becomes a type.</summary>
internal static class LossBinding
{
    /// <summary>The loss of a kind, as a policy.</summary>
    /// <exception cref="GpuNetException">There is no such kind.</exception>
    public static Type Policy(this LossKind kind) => kind switch
    {
        LossKind.SquaredError => typeof(SquaredErrorLoss),
        LossKind.AbsoluteError => typeof(AbsoluteErrorLoss),
        LossKind.SmoothL1 => typeof(SmoothL1Loss),
        LossKind.Huber => typeof(HuberLoss),
        LossKind.BinaryCrossEntropy => typeof(BinaryCrossEntropyLoss),
        _ => throw new GpuNetException(
            $"ElementwiseLoss: the kind is one of {string.Join(", ", Enum.GetNames<LossKind>())}, got {kind}."),
    };
}

internal readonly struct SquaredErrorLoss : ILoss
{
    public static float Value(float x, float t, float delta) => (x - t) * (x - t);

    public static float Slope(float x, float t, float delta) => 2f * (x - t);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes ILoss.Value<TLanes>(TLanes x, TLanes t, TLanes delta) => (x - t) * (x - t);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes ILoss.Slope<TLanes>(TLanes x, TLanes t, TLanes delta) => TLanes.Create(2f) * (x - t);
}

internal readonly struct AbsoluteErrorLoss : ILoss
{
    public static float Value(float x, float t, float delta) => MathF.Abs(x - t);

    public static float Slope(float x, float t, float delta) => x > t ? 1f : x < t ? -1f : 0f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes ILoss.Value<TLanes>(TLanes x, TLanes t, TLanes delta) => TLanes.Abs(x - t);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes ILoss.Slope<TLanes>(TLanes x, TLanes t, TLanes delta) => TLanes.WhereGreater(
        x, t, TLanes.Create(1f), TLanes.WhereGreater(t, x, TLanes.Create(-1f), TLanes.Create(0f)));
}

// With q = min(|d|, δ) both branches are q·(|d| − q/2), and the slope is d moved into [−δ, δ].
internal readonly struct HuberLoss : ILoss
{
    public static float Value(float x, float t, float delta)
    {
        float distance = MathF.Abs(x - t);
        float q = distance > delta ? delta : distance;
        return q * (distance - (0.5f * q));
    }

    public static float Slope(float x, float t, float delta)
    {
        float d = x - t;
        return d > delta ? delta : d < -delta ? -delta : d;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Value<TLanes>(TLanes x, TLanes t, TLanes delta)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes distance = TLanes.Abs(x - t), q = TLanes.Clamp(distance, TLanes.Create(0f), delta);
        return q * TLanes.MultiplyAdd(TLanes.Create(-0.5f), q, distance);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Slope<TLanes>(TLanes x, TLanes t, TLanes delta)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.Clamp(x - t, TLanes.Create(0f) - delta, delta);
}

// Huber's by β.
internal readonly struct SmoothL1Loss : ILoss
{
    public static float Value(float x, float t, float delta) => HuberLoss.Value(x, t, delta) / delta;

    public static float Slope(float x, float t, float delta) => HuberLoss.Slope(x, t, delta) / delta;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes ILoss.Value<TLanes>(TLanes x, TLanes t, TLanes delta) => HuberLoss.Value(x, t, delta) / delta;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes ILoss.Slope<TLanes>(TLanes x, TLanes t, TLanes delta) => HuberLoss.Slope(x, t, delta) / delta;
}

// max(x, 0) − x·t + log(1 + e^−|x|), in which nothing overflows. The logarithm is 2·artanh(s) with s = e/(2 + e) up to 1/3: seven terms
// of its series leave 2e-8 of it, however small it is, where log(1 + e) would lose e.
internal readonly struct BinaryCrossEntropyLoss : ILoss
{
    public static float Value(float x, float t, float delta)
    {
        float e = XMath.Exp(-MathF.Abs(x));
        float s = e / (2f + e);
        float q = s * s;
        float series = 1f + (q * ((1f / 3) + (q * ((1f / 5) + (q * ((1f / 7) + (q * ((1f / 9) + (q * ((1f / 11) + (q / 13)))))))))));
        return MathF.Max(x, 0f) - (x * t) + (2f * s * series);
    }

    public static float Slope(float x, float t, float delta) => Sigmoid.Forward(x) - t;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes ILoss.Value<TLanes>(TLanes x, TLanes t, TLanes delta)
    {
        TLanes zero = TLanes.Create(0f), e = TLanes.Exp(zero - TLanes.Abs(x)), s = e / (TLanes.Create(2f) + e), q = s * s;
        TLanes series = TLanes.MultiplyAdd(TLanes.Create(1f / 13), q, TLanes.Create(1f / 11));
        series = TLanes.MultiplyAdd(series, q, TLanes.Create(1f / 9));
        series = TLanes.MultiplyAdd(series, q, TLanes.Create(1f / 7));
        series = TLanes.MultiplyAdd(series, q, TLanes.Create(1f / 5));
        series = TLanes.MultiplyAdd(series, q, TLanes.Create(1f / 3));
        series = TLanes.MultiplyAdd(series, q, TLanes.Create(1f));
        return TLanes.MultiplyAdd(TLanes.Create(2f) * s, series, TLanes.Max(x, zero) - (x * t));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes ILoss.Slope<TLanes>(TLanes x, TLanes t, TLanes delta) => Sigmoid.Forward(x) - t;
}
