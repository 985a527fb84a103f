namespace GpuNet.Kernels.Host;

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
