using System.Runtime.CompilerServices;

namespace GpuNet.Kernels;

/// <summary>
/// The formula by which elements of parameters follow their gradients, written once: kernels and host code are compiled for each rule, with
/// its formula in their loop. Multiplications and additions stand in an order that must not change: checkpoints are resumed bit for bit.
/// </summary>
internal interface IUpdateRule
{
    /// <summary>How many states there are for each element, up to three.</summary>
    static abstract int States { get; }

    /// <summary>The new values.</summary>
    /// <param name="weight">Parameters.</param>
    /// <param name="gradient">Their gradients, scaled and clipped.</param>
    /// <param name="first">Their first state; 0 if there is none, as are the others.</param>
    /// <param name="second">Their second state.</param>
    /// <param name="third">Their third state.</param>
    /// <param name="s">The numbers of the step.</param>
    static abstract Updated<T> Apply<T>(T weight, T gradient, T first, T second, T third, UpdateScalars s)
        where T : unmanaged, IArithmetic<T>;
}

/// <summary>What a rule gives; states that it does not have are of no meaning.</summary>
internal struct Updated<T>
    where T : unmanaged
{
    /// <summary>The parameters.</summary>
    public T Weight;

    /// <summary>The states.</summary>
    public T First, Second, Third;
}

/// <summary>The numbers of a step, by value: what each stands for is the rule's to say.</summary>
internal struct UpdateScalars
{
    /// <summary>No decay, and gradients as they are.</summary>
    public UpdateScalars()
    {
    }

    /// <summary>Elements of the range.</summary>
    public int Elements = 0;

    /// <summary>1 to leave the gradients zero.</summary>
    public int ClearGradient = 0;

    /// <summary>What gradients are multiplied by, and their greatest magnitude after that.</summary>
    public float GradientScale = 1, ClipValue = float.PositiveInfinity;

    /// <summary>Step size, below 0.</summary>
    public float Step = 0;

    /// <summary>Decay that is added to the gradient, and what decoupled decay leaves of a weight.</summary>
    public float Decay = 0, Shrink = 1;

    /// <summary>Shares of the old and the new in the first mean.</summary>
    public float Kept = 0, Taken = 0;

    /// <summary>Shares of the old and the new in the second mean.</summary>
    public float SecondKept = 0, SecondTaken = 0;

    /// <summary>Shares of gradient and new momentum in the step: 0 and 1, or with Nesterov 1 and momentum.</summary>
    public float GradientShare = 0, MomentumShare = 0;

    /// <summary>What the root is multiplied by, what is added to it, and what is added under it.</summary>
    public float RootFactor = 0, Epsilon = 0, InnerEpsilon = 0;
}

/// <summary>What happens to a gradient before any rule.</summary>
internal static class UpdateGradient
{
    /// <summary>Scales and clips. What is not a number stays so, as in PyTorch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<T>(T gradient, UpdateScalars s)
        where T : unmanaged, IArithmetic<T>
    {
        T scaled = T.Create(s.GradientScale) * gradient, most = T.Create(s.ClipValue), least = T.Create(-s.ClipValue);
        scaled = T.WhereGreater(scaled, most, most, scaled);
        return T.WhereGreater(least, scaled, least, scaled);
    }
}
