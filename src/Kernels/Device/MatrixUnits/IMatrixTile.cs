namespace GpuNet.Kernels;

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
