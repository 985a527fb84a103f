using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace GpuNet.Kernels.Host;

/// <summary>The register tiles of one lane width, by width in registers and height in rows.</summary>
internal static unsafe class TileTable<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>The widest tile in registers.</summary>
    public const int MaxWidth = 2;

    private static readonly delegate*<TileOperands*, void>[] tiles = Create();
    private static readonly int[] maxHeights = MaxHeights();

    /// <summary>The tile of a width and a height.</summary>
    public static delegate*<TileOperands*, void> Get(int width, int height) => tiles[(height * MaxWidth) + width - 1];

    /// <summary>The greatest height whose tile of this width fits the registers.</summary>
    public static int MaxHeight(int width) => maxHeights[width - 1];

    private static delegate*<TileOperands*, void>[] Create()
    {
        var all = new delegate*<TileOperands*, void>[(TileHeight.Max + 1) * MaxWidth];
        Add<TileHeight.Rows1>(all);
        Add<TileHeight.Rows2>(all);
        Add<TileHeight.Rows3>(all);
        Add<TileHeight.Rows4>(all);
        Add<TileHeight.Rows5>(all);
        Add<TileHeight.Rows6>(all);
        Add<TileHeight.Rows7>(all);
        Add<TileHeight.Rows8>(all);
        Add<TileHeight.Rows9>(all);
        Add<TileHeight.Rows10>(all);
        Add<TileHeight.Rows11>(all);
        Add<TileHeight.Rows12>(all);
        Add<TileHeight.Rows13>(all);
        Add<TileHeight.Rows14>(all);
        return all;
    }

    private static void Add<THeight>(delegate*<TileOperands*, void>[] all)
        where THeight : struct, ITileHeight
    {
        int i = THeight.Rows * MaxWidth;
        all[i] = &MatrixTile.Multiply<TileRow1<TLanes>, THeight>;
        all[i + 1] = &MatrixTile.Multiply<TileRow2<TLanes>, THeight>;
    }

    // Besides the accumulators a tile holds a row of B and one broadcast element of A.
    private static int[] MaxHeights()
    {
        bool thirtyTwo = Vector512.IsHardwareAccelerated || AdvSimd.Arm64.IsSupported;
        return thirtyTwo ? [14, 14] : [12, 6];
    }
}

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
