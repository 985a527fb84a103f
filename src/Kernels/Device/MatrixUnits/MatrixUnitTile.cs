namespace GpuNet.Kernels;

/// <summary>The tile of a product by matrix units, as numbers.</summary>
/// <param name="WarpRows">Warps below one another.</param>
/// <param name="WarpColumns">Warps beside one another.</param>
internal readonly record struct MatrixUnitTile(int WarpRows, int WarpColumns)
{
    /// <summary>Rows of a warp's part, and columns.</summary>
    public const int Warp = 32;

    /// <summary>Whether a device may use the units for float32 values; it then has them, or could not have been opened.</summary>
    public static bool RunsOn(Device device) => device.Options.Precision == Precision.TensorFloat32;

    /// <summary>Threads of a group.</summary>
    public int GroupSize => 32 * WarpRows * WarpColumns;

    /// <summary>
    /// The tile for a result: no wider than it has use for, and high only where there are enough tiles for every multiprocessor to have
    /// two.
    /// </summary>
    public static MatrixUnitTile For(Device device, int rows, int columns)
    {
        int spare = (Tiles(columns, 2 * Warp) * 2 * Warp) - columns;
        var tile = new MatrixUnitTile(4, spare >= Warp && columns < 4 * Warp ? 1 : 2);
        return tile.Groups(rows, columns) >= 2 * device.Info.Multiprocessors ? tile : tile with { WarpRows = 2 };
    }

    /// <summary>Tiles beside one another.</summary>
    public int ColumnTiles(int columns) => Tiles(columns, Warp * WarpColumns);

    /// <summary>Groups of threads for a result.</summary>
    public int Groups(int rows, int columns) => checked(Tiles(rows, Warp * WarpRows) * ColumnTiles(columns));

    /// <summary>The tile as a type.</summary>
    public Type Policy => (WarpRows, WarpColumns) switch
    {
        (4, 2) => typeof(MatrixTile128x64),
        (4, _) => typeof(MatrixTile128x32),
        (_, 2) => typeof(MatrixTile64x64),
        _ => typeof(MatrixTile64x32),
    };

    private static int Tiles(int extent, int tile) => (extent + tile - 1) / tile;
}

/// <summary>
/// The part of a product that a group of threads makes by matrix units: a tile for each of its warps, 32 rows by 32 columns, beside and
/// below one another.
/// </summary>
internal interface IMatrixTile
{
    /// <summary>Warps below one another.</summary>
    static abstract int WarpRows { get; }

    /// <summary>Warps beside one another.</summary>
    static abstract int WarpColumns { get; }

    /// <summary>The rows, and the columns, in vectors of four: as powers of two.</summary>
    static abstract int RowShift { get; }

    /// <summary>See <see cref="RowShift"/>.</summary>
    static abstract int ColumnShift { get; }

    /// <summary>Shared memory in vectors: two buffers of both matrices, or all sums, whichever is more.</summary>
    static abstract int SharedVectors { get; }
}

/// <summary>8 warps, for all that is large.</summary>
internal readonly struct MatrixTile128x64 : IMatrixTile
{
    public static int WarpRows => 4;

    public static int WarpColumns => 2;

    public static int RowShift => 5;

    public static int ColumnShift => 4;

    public static int SharedVectors => 128 * TensorFloatUnits.SumPitch / 16;
}

/// <summary>4 warps, for few columns.</summary>
internal readonly struct MatrixTile128x32 : IMatrixTile
{
    public static int WarpRows => 4;

    public static int WarpColumns => 1;

    public static int RowShift => 5;

    public static int ColumnShift => 3;

    public static int SharedVectors => 128 * TensorFloatUnits.SumPitch / 16;
}

/// <summary>4 warps, for few rows.</summary>
internal readonly struct MatrixTile64x64 : IMatrixTile
{
    public static int WarpRows => 2;

    public static int WarpColumns => 2;

    public static int RowShift => 4;

    public static int ColumnShift => 4;

    public static int SharedVectors => 2 * TensorFloatUnits.BufferBytes / 16;
}

/// <summary>2 warps, where both are few.</summary>
internal readonly struct MatrixTile64x32 : IMatrixTile
{
    public static int WarpRows => 2;

    public static int WarpColumns => 1;

    public static int RowShift => 4;

    public static int ColumnShift => 3;

    public static int SharedVectors => 2 * TensorFloatUnits.BufferBytes / 16;
}
