namespace GpuNet.Kernels.Host;

/// <summary>Rows of a register tile as a number the compiler knows.</summary>
internal interface ITileHeight
{
    /// <summary>Rows.</summary>
    static abstract int Rows { get; }
}

/// <summary>The heights <see cref="MatrixTile"/> is compiled for; each only when a problem needs it.</summary>
internal static class TileHeight
{
    /// <summary>The greatest.</summary>
    public const int Max = 14;

    public readonly struct Rows1 : ITileHeight { public static int Rows => 1; }

    public readonly struct Rows2 : ITileHeight { public static int Rows => 2; }

    public readonly struct Rows3 : ITileHeight { public static int Rows => 3; }

    public readonly struct Rows4 : ITileHeight { public static int Rows => 4; }

    public readonly struct Rows5 : ITileHeight { public static int Rows => 5; }

    public readonly struct Rows6 : ITileHeight { public static int Rows => 6; }

    public readonly struct Rows7 : ITileHeight { public static int Rows => 7; }

    public readonly struct Rows8 : ITileHeight { public static int Rows => 8; }

    public readonly struct Rows9 : ITileHeight { public static int Rows => 9; }

    public readonly struct Rows10 : ITileHeight { public static int Rows => 10; }

    public readonly struct Rows11 : ITileHeight { public static int Rows => 11; }

    public readonly struct Rows12 : ITileHeight { public static int Rows => 12; }

    public readonly struct Rows13 : ITileHeight { public static int Rows => 13; }

    public readonly struct Rows14 : ITileHeight { public static int Rows => 14; }
}
