namespace GpuNet.Kernels;

/// <summary>Something that is built for one <see cref="IMatrixTile"/>.</summary>
internal interface IMatrixTileBinder<TResult>
{
    /// <summary>Builds it.</summary>
    TResult Bind<TTile>()
        where TTile : unmanaged, IMatrixTile;
}

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

    /// <summary>The tile for a result: no wider than it has use for, and high only where there are enough tiles for every multiprocessor to have two.</summary>
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

    /// <summary>Builds what <paramref name="binder"/> builds for the tile.</summary>
    public TResult Bind<TResult>(IMatrixTileBinder<TResult> binder) => (WarpRows, WarpColumns) switch
    {
        (4, 2) => binder.Bind<MatrixTile128x64>(),
        (4, _) => binder.Bind<MatrixTile128x32>(),
        (_, 2) => binder.Bind<MatrixTile64x64>(),
        _ => binder.Bind<MatrixTile64x32>(),
    };

    private static int Tiles(int extent, int tile) => (extent + tile - 1) / tile;
}
