using System.Runtime.CompilerServices;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

// Every method is inlined into the loop of its caller; comparisons are written so that a kink gets PyTorch's slope.
internal readonly struct Identity : IActivation
{
    public static float Forward(float x) => x;

    public static float Gradient(float x) => 1f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes IActivation.Forward<TLanes>(TLanes x) => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes IActivation.Gradient<TLanes>(TLanes x) => TLanes.Create(1f);
}

internal readonly struct Relu : IActivation
{
    public static float Forward(float x) => MathF.Max(x, 0f);

    public static float Gradient(float x) => x > 0f ? 1f : 0f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes IActivation.Forward<TLanes>(TLanes x) => TLanes.Clamp(x, TLanes.Create(0f), TLanes.Create(float.PositiveInfinity));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes IActivation.Gradient<TLanes>(TLanes x) =>
        TLanes.WhereGreater(x, TLanes.Create(0f), TLanes.Create(1f), TLanes.Create(0f));
}

internal readonly struct Relu6 : IActivation
{
    public static float Forward(float x) => MathF.Min(MathF.Max(x, 0f), 6f);

    public static float Gradient(float x) => x > 0f && x < 6f ? 1f : 0f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes IActivation.Forward<TLanes>(TLanes x) => Clip.ToSix(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes IActivation.Gradient<TLanes>(TLanes x) => Clip.Between(x, 0f, 6f, TLanes.Create(1f));
}

internal readonly struct HardSigmoid : IActivation
{
    public static float Forward(float x) => MathF.Min(MathF.Max(x + 3f, 0f), 6f) * (1f / 6f);

    public static float Gradient(float x) => x > -3f && x < 3f ? 1f / 6f : 0f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes IActivation.Forward<TLanes>(TLanes x) => Clip.ToSix(x + TLanes.Create(3f)) * TLanes.Create(1f / 6f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes IActivation.Gradient<TLanes>(TLanes x) => Clip.Between(x, -3f, 3f, TLanes.Create(1f / 6f));
}

internal readonly struct HardSwish : IActivation
{
    public static float Forward(float x) => x * (MathF.Min(MathF.Max(x + 3f, 0f), 6f) * (1f / 6f));

    public static float Gradient(float x)
    {
        float inside = (x * (1f / 3f)) + 0.5f;
        return x <= -3f ? 0f : x >= 3f ? 1f : inside;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes IActivation.Forward<TLanes>(TLanes x) => x * (Clip.ToSix(x + TLanes.Create(3f)) * TLanes.Create(1f / 6f));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes IActivation.Gradient<TLanes>(TLanes x)
    {
        TLanes inside = TLanes.MultiplyAdd(x, TLanes.Create(1f / 3f), TLanes.Create(0.5f));
        TLanes belowThree = TLanes.WhereGreater(TLanes.Create(3f), x, inside, TLanes.Create(1f));
        return TLanes.WhereGreater(x, TLanes.Create(-3f), belowThree, TLanes.Create(0f));
    }
}

/// <summary>What the piecewise linear activations share, for lanes.</summary>
internal static class Clip
{
    /// <summary>min(max(x, 0), 6).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes ToSix<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.Clamp(x, TLanes.Create(0f), TLanes.Create(6f));

    /// <summary>The slope strictly between two bounds, 0 elsewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Between<TLanes>(TLanes x, float low, float high, TLanes slope)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes belowHigh = TLanes.WhereGreater(TLanes.Create(high), x, slope, TLanes.Create(0f));
        return TLanes.WhereGreater(x, TLanes.Create(low), belowHigh, TLanes.Create(0f));
    }
}
