using System.Runtime.CompilerServices;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

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
