using System.Runtime.CompilerServices;

namespace GpuNet.Kernels;

/// <summary>
/// <see cref="Adam"/>, whose decay is in the gradient, and <see cref="AdamW"/>, whose decay shrinks the weight; the states are the
/// gradients' mean and mean square. Corrections of both stand in the step size and the root's factor.
/// </summary>
internal readonly struct AdamRule : IUpdateRule
{
    public static int States => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Updated<T> Apply<T>(T weight, T gradient, T first, T second, T third, UpdateScalars s)
        where T : unmanaged, IArithmetic<T>
    {
        gradient = T.MultiplyAdd(T.Create(s.Decay), weight, gradient);
        T mean = T.MultiplyAdd(T.Create(s.Kept), first, T.Create(s.Taken) * gradient);
        T variance = T.MultiplyAdd(T.Create(s.SecondKept), second, T.Create(s.SecondTaken) * (gradient * gradient));
        T root = T.MultiplyAdd(T.Create(s.RootFactor), T.Sqrt(variance), T.Create(s.Epsilon));
        return new Updated<T>
        {
            Weight = T.MultiplyAdd(T.Create(s.Step), mean / root, T.Create(s.Shrink) * weight),
            First = mean,
            Second = variance,
        };
    }
}
