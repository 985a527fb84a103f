using System.Runtime.CompilerServices;

namespace GpuNet.Kernels;

/// <summary><see cref="Sgd"/> without momentum.</summary>
internal readonly struct SgdRule : IUpdateRule
{
    public static int States => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Updated<T> Apply<T>(T weight, T gradient, T first, T second, T third, UpdateScalars s)
        where T : unmanaged, IArithmetic<T>
    {
        gradient = T.MultiplyAdd(T.Create(s.Decay), weight, gradient);
        return new Updated<T> { Weight = T.MultiplyAdd(T.Create(s.Step), gradient, weight) };
    }
}

/// <summary><see cref="Sgd"/>; its state is the momentum.</summary>
internal readonly struct SgdMomentumRule : IUpdateRule
{
    public static int States => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Updated<T> Apply<T>(T weight, T gradient, T first, T second, T third, UpdateScalars s)
        where T : unmanaged, IArithmetic<T>
    {
        gradient = T.MultiplyAdd(T.Create(s.Decay), weight, gradient);
        T momentum = T.MultiplyAdd(T.Create(s.Kept), first, T.Create(s.Taken) * gradient);
        T step = T.MultiplyAdd(T.Create(s.GradientShare), gradient, T.Create(s.MomentumShare) * momentum);
        return new Updated<T> { Weight = T.MultiplyAdd(T.Create(s.Step), step, weight), First = momentum };
    }
}
