using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>The loops of <see cref="TapSum"/> for one lane width, by the number of taps.</summary>
internal static unsafe class TapSumTable<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    private static readonly delegate*<TapOperands*, void>[] gather = new delegate*<TapOperands*, void>[TapCount.Max];
    private static readonly delegate*<TapOperands*, void>[] gatherAndMultiply = new delegate*<TapOperands*, void>[TapCount.Max];

    static TapSumTable()
    {
        Add<TapCount.Taps1>();
        Add<TapCount.Taps2>();
        Add<TapCount.Taps3>();
        Add<TapCount.Taps4>();
        Add<TapCount.Taps5>();
        Add<TapCount.Taps6>();
        Add<TapCount.Taps7>();
        Add<TapCount.Taps8>();
        Add<TapCount.Taps9>();
    }

    /// <summary>Runs over any number of taps, as many at a time as there are loops for. The operands' pointers move along.</summary>
    public static void Run(TapOperands* operands, int taps)
    {
        delegate*<TapOperands*, void>[] loops = operands->Factor is null ? gather : gatherAndMultiply;
        for (int batches = (taps + TapCount.Max - 1) / TapCount.Max; batches > 0; batches--)
        {
            int some = (taps + batches - 1) / batches;
            loops[some - 1](operands);
            operands->Sources += some;
            operands->Weights += some;
            operands->Products += some;
            operands->Adds = true;
            taps -= some;
        }
    }

    private static void Add<TTaps>()
        where TTaps : struct, ITapCount
    {
        gather[TTaps.Taps - 1] = &TapSum.Gather<TLanes, TTaps>;
        gatherAndMultiply[TTaps.Taps - 1] = &TapSum.GatherAndMultiply<TLanes, TTaps>;
    }
}

/// <summary>Taps of a sum as a number the compiler knows.</summary>
internal interface ITapCount
{
    /// <summary>Taps.</summary>
    static abstract int Taps { get; }
}

/// <summary>The numbers of taps <see cref="TapSum"/> is compiled for; each only when a window needs it.</summary>
internal static class TapCount
{
    /// <summary>The greatest: with it, weights and their gradients fill 18 of 32 registers.</summary>
    public const int Max = 9;

    public readonly struct Taps1 : ITapCount { public static int Taps => 1; }

    public readonly struct Taps2 : ITapCount { public static int Taps => 2; }

    public readonly struct Taps3 : ITapCount { public static int Taps => 3; }

    public readonly struct Taps4 : ITapCount { public static int Taps => 4; }

    public readonly struct Taps5 : ITapCount { public static int Taps => 5; }

    public readonly struct Taps6 : ITapCount { public static int Taps => 6; }

    public readonly struct Taps7 : ITapCount { public static int Taps => 7; }

    public readonly struct Taps8 : ITapCount { public static int Taps => 8; }

    public readonly struct Taps9 : ITapCount { public static int Taps => 9; }
}
