using System.Runtime.Intrinsics;

namespace GpuNet.Kernels.Host;

// This folder holds what host code of several operators shares, for device cpu: registers of any width (Lanes), passes over elements
// and rows (HostPass, LaneLoop), matrix products by register tiles (Products), and windows written out as taps (Taps).
// What one operator alone uses stands in that operator's folder.

/// <summary>
/// A register of float32 lanes. Host kernels are written once over this type and compiled for each width, one lane included: that
/// one serves tails, and machines whose vector units are switched off.
/// </summary>
/// <typeparam name="TSelf">The register type itself.</typeparam>
internal unsafe interface ILanes<TSelf> : IArithmetic<TSelf>
    where TSelf : unmanaged, ILanes<TSelf>
{
    /// <summary>Lanes in the register.</summary>
    static abstract int Count { get; }

    /// <summary>Reads <see cref="Count"/> elements; no alignment is asked for.</summary>
    static abstract TSelf Load(float* source);

    /// <summary>Writes <see cref="Count"/> elements; no alignment is asked for.</summary>
    static abstract void Store(TSelf value, float* target);

    /// <summary>Reads the first <paramref name="count"/> lanes and no memory beyond them; the rest are 0. Any count is allowed.</summary>
    static abstract TSelf LoadFirst(float* source, int count);

    /// <summary>Writes the first <paramref name="count"/> lanes and no memory beyond them. Any count is allowed.</summary>
    static abstract void StoreFirst(TSelf value, float* target, int count);

    /// <summary>The greater of each pair.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>
    /// Each lane moved into [low, high]; what is not a number stays so. By the machine's own minimum and maximum, which cost a third of
    /// <see cref="Max"/> because they do not order zeros.
    /// </summary>
    static abstract TSelf Clamp(TSelf value, TSelf low, TSelf high);

    /// <summary>e to the power of each lane.</summary>
    static abstract TSelf Exp(TSelf a);

    /// <summary>a · 2ⁿ for whole n from −150 to 128, by way of the exponent's bits.</summary>
    static abstract TSelf TimesPowerOfTwo(TSelf a, TSelf n);

    /// <summary>Each lane's absolute value.</summary>
    static abstract TSelf Abs(TSelf a);

    /// <summary>The lanes' sum, added pairwise.</summary>
    static abstract float Sum(TSelf a);

    /// <summary>The greatest lane.</summary>
    static abstract float MaxLane(TSelf a);
}

/// <summary>The vector width of this machine.</summary>
internal static class Lanes
{
    /// <summary>The widest register it has, as a policy; a single lane where it has no vectors.</summary>
    public static Type Widest { get; } =
        Vector512.IsHardwareAccelerated ? typeof(Lanes512)
        : Vector256.IsHardwareAccelerated ? typeof(Lanes256)
        : Vector128.IsHardwareAccelerated ? typeof(Lanes128)
        : typeof(Lanes1);
}
