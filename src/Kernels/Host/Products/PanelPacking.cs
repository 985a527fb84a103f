using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GpuNet.Kernels.Host;

/// <summary>Copies matrices into panels.</summary>
internal static unsafe class PanelPacking
{
    /// <summary>target[d, j] = source[d, j] for the valid columns j, and 0 for the rest of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy<TLanes>(float* source, nint stride, int depth, int valid, float* target, int elements)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int full = valid - (valid % TLanes.Count);
        for (int d = 0; d < depth; d++)
        {
            for (int j = 0; j < full; j += TLanes.Count)
                TLanes.Store(TLanes.Load(source + j), target + j);
            for (int j = full; j < elements; j += TLanes.Count)
                TLanes.Store(TLanes.LoadFirst(source + j, valid - j), target + j);
            source += stride;
            target += elements;
        }
    }

    /// <summary>target[d, j] *= scale[j] for the valid columns j.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale<TLanes>(float* target, int depth, int valid, int elements, float* scale)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int j = 0; j < valid; j += TLanes.Count)
        {
            TLanes factor = TLanes.LoadFirst(scale + j, valid - j);
            float* column = target + j;
            for (int d = 0; d < depth; d++, column += elements)
                TLanes.Store(TLanes.Load(column) * factor, column);
        }
    }

    /// <summary>target[d, j] = source[j, d] for the valid columns j, and 0 for the rest of a row.</summary>
    public static void CopyTransposed(float* source, nint stride, int depth, int valid, float* target, int elements)
    {
        int j = 0;
        for (; Sse.IsSupported && j <= valid - 4; j += 4)
            CopyFourColumns(source + (j * stride), stride, depth, target + j, elements);
        for (; j < elements; j++)
        {
            for (int d = 0; d < depth; d++)
                target[((nint)d * elements) + j] = j < valid ? source[(j * stride) + d] : 0;
        }
    }

    // Blocks of 4x4, transposed in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyFourColumns(float* source, nint stride, int depth, float* target, int elements)
    {
        float* s1 = source + stride, s2 = s1 + stride, s3 = s2 + stride;
        int d = 0;
        for (; d <= depth - 4; d += 4)
        {
            Vector128<float> r0 = Vector128.Load(source + d), r1 = Vector128.Load(s1 + d);
            Vector128<float> r2 = Vector128.Load(s2 + d), r3 = Vector128.Load(s3 + d);
            Vector128<float> low01 = Sse.UnpackLow(r0, r1), low23 = Sse.UnpackLow(r2, r3);
            Vector128<float> high01 = Sse.UnpackHigh(r0, r1), high23 = Sse.UnpackHigh(r2, r3);
            Sse.MoveLowToHigh(low01, low23).Store(target);
            Sse.MoveHighToLow(low23, low01).Store(target + elements);
            Sse.MoveLowToHigh(high01, high23).Store(target + (2 * elements));
            Sse.MoveHighToLow(high23, high01).Store(target + (3 * elements));
            target += 4 * elements;
        }
        for (; d < depth; d++)
        {
            (target[0], target[1], target[2], target[3]) = (source[d], s1[d], s2[d], s3[d]);
            target += elements;
        }
    }
}
