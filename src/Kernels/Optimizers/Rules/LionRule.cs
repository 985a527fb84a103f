using System.Runtime.CompilerServices;

namespace GpuNet.Kernels;

/// <summary><see cref="Lion"/>; its state is the momentum.</summary>
internal readonly struct LionRule : IUpdateRule
{
    public static int States => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Updated<T> Apply<T>(T weight, T gradient, T first, T second, T third, UpdateScalars s)
        where T : unmanaged, IArithmetic<T>
    {
        T direction = T.MultiplyAdd(T.Create(s.Kept), first, T.Create(s.Taken) * gradient);
        // The sign; 0 stays 0, and what is not a number stays so.
        T zero = T.Create(0f), sign = T.WhereGreater(zero - direction, zero, T.Create(-1f), direction);
        sign = T.WhereGreater(direction, zero, T.Create(1f), sign);
        return new Updated<T>
        {
            Weight = T.MultiplyAdd(T.Create(s.Step), sign, T.Create(s.Shrink) * weight),
            First = T.MultiplyAdd(T.Create(s.SecondKept), first, T.Create(s.SecondTaken) * gradient),
        };
    }
}
