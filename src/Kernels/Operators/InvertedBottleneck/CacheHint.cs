using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>What host loops tell the caches about memory they stream through. Results do not depend on it.</summary>
internal static unsafe class CacheHint
{
    /// <summary>Asks for the memory at an address, which may lie anywhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(float* source)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(source);
    }

    /// <summary>
    /// Writes a register around the caches, for memory that is not read before much else has passed through them: its old content
    /// then need not be read first. The address is a multiple of the register's size.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLanes>(TLanes value, float* target)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (typeof(TLanes) == typeof(Lanes512))
            Unsafe.BitCast<TLanes, Vector512<float>>(value).StoreAlignedNonTemporal(target);
        else if (typeof(TLanes) == typeof(Lanes256))
            Unsafe.BitCast<TLanes, Vector256<float>>(value).StoreAlignedNonTemporal(target);
        else
            TLanes.Store(value, target);
    }
}
