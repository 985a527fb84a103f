using System.Runtime.CompilerServices;

namespace GpuNet.Kernels;

/// <summary>Whether a rule has a part; as a type, so that the part is compiled in or left out.</summary>
internal interface IPart
{
    /// <summary>Whether it does.</summary>
    static abstract bool Exists { get; }
}

/// <summary>It has it.</summary>
internal readonly struct With : IPart
{
    public static bool Exists => true;
}

/// <summary>It does not.</summary>
internal readonly struct Without : IPart
{
    public static bool Exists => false;
}

/// <summary>
/// <see cref="RmsProp"/>; the states are the gradients' mean square, then the momentum if there is one, then their mean if it is taken off.
/// </summary>
internal readonly struct RmsPropRule<TMomentum, TCentred> : IUpdateRule
    where TMomentum : unmanaged, IPart
    where TCentred : unmanaged, IPart
{
    public static int States => 1 + (TMomentum.Exists ? 1 : 0) + (TCentred.Exists ? 1 : 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Updated<T> Apply<T>(T weight, T gradient, T first, T second, T third, UpdateScalars s)
        where T : unmanaged, IArithmetic<T>
    {
        gradient = T.MultiplyAdd(T.Create(s.Decay), weight, gradient);
        T square = T.MultiplyAdd(T.Create(s.SecondKept), first, T.Create(s.SecondTaken) * (gradient * gradient));
        T spread = square, mean = TMomentum.Exists ? third : second;
        if (TCentred.Exists)
        {
            mean = T.MultiplyAdd(T.Create(s.SecondKept), mean, T.Create(s.SecondTaken) * gradient);
            // Where all gradients were alike, rounding can take it below 0.
            T zero = T.Create(0f), below = (mean * mean) - square;
            spread = T.WhereGreater(below, zero, zero, zero - below);
        }
        T step = gradient / (T.Sqrt(spread + T.Create(s.InnerEpsilon)) + T.Create(s.Epsilon));
        if (TMomentum.Exists)
            step = T.MultiplyAdd(T.Create(s.Kept), second, T.Create(s.Taken) * step);
        return new Updated<T>
        {
            Weight = T.MultiplyAdd(T.Create(s.Step), step, weight),
            First = square,
            Second = TMomentum.Exists ? step : mean,
            Third = mean,
        };
    }
}
