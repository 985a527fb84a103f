namespace GpuNet.Kernels;

/// <summary>
/// How much of a product a group of threads makes at once. A thread owns 8 rows of 4 columns; a step takes some of the depth into
/// shared memory, of which every thread reads one vector of weights and 1, 2 or 4 vectors of the source: threads = rows·columns/32,
/// depth = rows/8, vectors of the source = rows/columns. All numbers are powers of two.
/// </summary>
internal interface ISharedTile
{
    /// <summary>Rows and columns of a group, and the depth of a step.</summary>
    static abstract int Rows { get; }

    /// <inheritdoc cref="Rows"/>
    static abstract int Columns { get; }

    /// <inheritdoc cref="Rows"/>
    static abstract int Depth { get; }

    /// <summary>Binary logarithms of the vectors in a step's depth and in the columns.</summary>
    static abstract int DepthBits { get; }

    /// <inheritdoc cref="DepthBits"/>
    static abstract int ColumnBits { get; }

    /// <summary>Vectors of the source that a thread reads in a step.</summary>
    static abstract int SourceVectors { get; }

    /// <summary>
    /// Floats of the source in shared memory: two steps of depth × (rows + 4). The 4 keep the rows of a column, which threads write one
    /// below the other, out of each other's banks.
    /// </summary>
    static abstract int SourceFloats { get; }

    /// <summary>Vectors of weights in shared memory, two steps.</summary>
    static abstract int WeightVectors { get; }
}

/// <summary>256 threads, for products that fill the device with them.</summary>
internal readonly struct Tile128x64 : ISharedTile
{
    public static int Rows => 128;

    public static int Columns => 64;

    public static int Depth => 16;

    public static int DepthBits => 2;

    public static int ColumnBits => 4;

    public static int SourceVectors => 2;

    public static int SourceFloats => 2 * 16 * 132;

    public static int WeightVectors => 2 * 16 * 16;
}

/// <summary>128 threads, for few columns.</summary>
internal readonly struct Tile128x32 : ISharedTile
{
    public static int Rows => 128;

    public static int Columns => 32;

    public static int Depth => 16;

    public static int DepthBits => 2;

    public static int ColumnBits => 3;

    public static int SourceVectors => 4;

    public static int SourceFloats => 2 * 16 * 132;

    public static int WeightVectors => 2 * 16 * 8;
}

/// <summary>128 threads, for few rows and for little depth.</summary>
internal readonly struct Tile64x64 : ISharedTile
{
    public static int Rows => 64;

    public static int Columns => 64;

    public static int Depth => 8;

    public static int DepthBits => 1;

    public static int ColumnBits => 4;

    public static int SourceVectors => 1;

    public static int SourceFloats => 2 * 8 * 68;

    public static int WeightVectors => 2 * 8 * 16;
}

/// <summary>64 threads, for few rows and columns, and for devices whose groups are small.</summary>
internal readonly struct Tile64x32 : ISharedTile
{
    public static int Rows => 64;

    public static int Columns => 32;

    public static int Depth => 8;

    public static int DepthBits => 1;

    public static int ColumnBits => 3;

    public static int SourceVectors => 2;

    public static int SourceFloats => 2 * 8 * 68;

    public static int WeightVectors => 2 * 8 * 8;
}

/// <summary>32 threads, for gradients of the weights of few channels.</summary>
internal readonly struct Tile32x32 : ISharedTile
{
    public static int Rows => 32;

    public static int Columns => 32;

    public static int Depth => 4;

    public static int DepthBits => 0;

    public static int ColumnBits => 3;

    public static int SourceVectors => 1;

    public static int SourceFloats => 2 * 4 * 36;

    public static int WeightVectors => 2 * 4 * 8;
}
