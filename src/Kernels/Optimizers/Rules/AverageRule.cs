using System.Runtime.CompilerServices;

namespace GpuNet.Kernels;

/// <summary>A moving average; what it follows stands in the place of the gradient: average += share · (value − average).</summary>
internal readonly struct AverageRule : IUpdateRule
{
    public static int States => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Updated<T> Apply<T>(T weight, T gradient, T first, T second, T third, UpdateScalars s)
        where T : unmanaged, IArithmetic<T> =>
        new() { Weight = T.MultiplyAdd(T.Create(s.Taken), gradient - weight, weight) };
}
