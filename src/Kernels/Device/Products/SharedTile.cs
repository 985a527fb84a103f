namespace GpuNet.Kernels;

/// <summary>A tile of a product in shared memory, as numbers; see <see cref="ISharedTile"/>.</summary>
/// <param name="Rows">Rows of a group.</param>
/// <param name="Columns">Columns of a group.</param>
internal readonly record struct SharedTile(int Rows, int Columns)
{
    // Threads of the smallest tile for results, and the bytes of the largest.
    private const int LeastGroup = 64;
    private const int MostSharedBytes = 4 * ((2 * 16 * 132) + (2 * 16 * 64));

    /// <summary>Depth of a step.</summary>
    public int Depth => Rows / 8;

    /// <summary>Threads of a group.</summary>
    public int Threads => Rows * Columns / 32;

    /// <summary>The tile as a type.</summary>
    public Type Policy => (Rows, Columns) switch
    {
        (128, 64) => typeof(Tile128x64),
        (128, _) => typeof(Tile128x32),
        (64, 64) => typeof(Tile64x64),
        (64, _) => typeof(Tile64x32),
        _ => typeof(Tile32x32),
    };

    /// <summary>Whether the device has groups and shared memory that are large enough.</summary>
    public static bool RunsOn(Device device) =>
        !device.IsHost && device.Info.MaxGroupSize >= LeastGroup && device.Info.SharedMemoryBytes >= MostSharedBytes;

    /// <summary>
    /// The largest tile that leaves no multiprocessor without one; few columns and little depth would leave parts of it empty.
    /// </summary>
    public static SharedTile ForResult(Device device, ProductGeometry g, int groups)
    {
        int most = device.Info.MaxGroupSize, columns = g.Columns <= 32 ? 32 : 64;
        SharedTile large = new(128, columns), small = new(64, columns);
        if (most >= large.Threads && g.Depth > small.Depth && large.Count(g, groups) >= device.Info.Multiprocessors)
            return large;
        return most >= small.Threads ? small : new SharedTile(64, 32);
    }

    /// <summary>The largest tile that channels and columns fill: rows can be shared out as far as a device asks for.</summary>
    public static SharedTile ForWeights(Device device, ProductGeometry g)
    {
        int most = device.Info.MaxGroupSize;
        if (g.Depth <= 32)
            return new SharedTile(32, 32);
        if (g.Columns <= 32)
            return g.Depth > 64 && most >= 128 ? new SharedTile(128, 32) : new SharedTile(64, 32);
        if (g.Depth > 64 && most >= 256)
            return new SharedTile(128, 64);
        return most >= 128 ? new SharedTile(64, 64) : new SharedTile(64, 32);
    }

    /// <summary>Tiles below one another for some rows.</summary>
    public int RowTiles(int rows) => (rows + Rows - 1) / Rows;

    /// <summary>Tiles beside one another for some columns.</summary>
    public int ColumnTiles(int columns) => (columns + Columns - 1) / Columns;

    /// <summary>Tiles of a product.</summary>
    public int Count(ProductGeometry g, int groups) => RowTiles(g.Rows) * ColumnTiles(g.Columns) * groups;
}

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
