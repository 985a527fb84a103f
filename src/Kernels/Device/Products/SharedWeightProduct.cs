namespace GpuNet.Kernels;

/// <summary>The gradient of weights by the kernel of <see cref="SharedTileWeightKernels"/>.</summary>
internal sealed class SharedWeightProduct : WeightProduct
{
    // Threads that keep a multiprocessor busy.
    private const int ThreadsPerMultiprocessor = 512;

    private readonly Kernel<View, View, View, View, ProductGeometry, WeightParts, int> kernel;
    private readonly WeightBlocks blocks;
    private readonly ProductGeometry geometry;
    private readonly GroupCount groups;
    private readonly WeightParts parts;

    /// <summary>Chooses a tile and loads the kernels.</summary>
    /// <param name="device">Where to run; one that <see cref="SharedProduct.Fits"/>.</param>
    /// <param name="g">The product whose weights they are.</param>
    /// <param name="channelGroups">Groups of channels.</param>
    /// <param name="norm">The activation of a norm that the source is read through; null to read it as it is.</param>
    public SharedWeightProduct(Device device, ProductGeometry g, int channelGroups, ActivationKind? norm = null)
    {
        geometry = g;
        Tile tile = Choose(device, g);
        int columnTiles = Tiles(g.Columns, tile.Columns), channelTiles = Tiles(g.Depth, tile.Rows);
        int matrices = channelTiles * g.TapsH * g.TapsW * channelGroups;
        // As many groups as run at once, and no more: a few that are left over would take as long again as all the others.
        int residents = device.Info.Multiprocessors * ThreadsPerMultiprocessor / tile.Threads;
        blocks = new WeightBlocks(device, g, g.Rows, 1, residents / (columnTiles * matrices));
        parts = new WeightParts(g, channelTiles, blocks.Lines, tile.Depth);
        bool isVector = ((g.Columns | g.WeightPitch | g.Depth | g.SourcePitch) & 3) == 0;
        kernel = norm is { } activation
            ? activation.Bind(new NormBinder(device, tile, g.IsDense, isVector))
            : Bind<NoPrologue>(device, tile, g.IsDense, isVector);
        groups = new GroupCount(blocks.Count, columnTiles, matrices);
    }

    public override long WorkspaceElements => blocks.WorkspaceElements;

    public override void Run(View x, View dy, View dweight, View workspace) => Run(x, x, dy, dweight, workspace);

    /// <summary>The same of a source that is read through a norm.</summary>
    /// <param name="x">Source of the rows.</param>
    /// <param name="factors">The norm's scales and shifts.</param>
    /// <param name="dy">Gradient of the result.</param>
    /// <param name="dweight">Gradient of the weights.</param>
    /// <param name="workspace">Memory of <see cref="WorkspaceElements"/>; anything if that is 0.</param>
    public void Run(View x, View factors, View dy, View dweight, View workspace)
    {
        kernel.Run(groups, x, factors, dy, blocks.Target(dweight, workspace), geometry, parts, blocks.AddFlag);
        blocks.Combine(workspace, dweight);
    }

    // The largest tile that channels and columns fill: rows can be shared out as far as a device asks for.
    private static Tile Choose(Device device, ProductGeometry g)
    {
        int most = device.Info.MaxGroupSize;
        if (g.Depth <= 32)
            return new Tile(32, 32);
        if (g.Columns <= 32)
            return g.Depth > 64 && most >= 128 ? new Tile(128, 32) : new Tile(64, 32);
        if (g.Depth > 64 && most >= 256)
            return new Tile(128, 64);
        return most >= 128 ? new Tile(64, 64) : new Tile(64, 32);
    }

    private static int Tiles(int extent, int tile) => (extent + tile - 1) / tile;

    private static Kernel<View, View, View, View, ProductGeometry, WeightParts, int> Bind<TPrologue>(Device device, Tile tile, bool isDense, bool isVector)
        where TPrologue : unmanaged, IPrologue => tile switch
        {
            (128, 64) => Bind<Tile128x64, TPrologue>(device, tile, isDense, isVector),
            (128, 32) => Bind<Tile128x32, TPrologue>(device, tile, isDense, isVector),
            (64, 64) => Bind<Tile64x64, TPrologue>(device, tile, isDense, isVector),
            (64, 32) => Bind<Tile64x32, TPrologue>(device, tile, isDense, isVector),
            _ => Bind<Tile32x32, TPrologue>(device, tile, isDense, isVector),
        };

    private static Kernel<View, View, View, View, ProductGeometry, WeightParts, int> Bind<TTile, TPrologue>(Device device, Tile tile, bool isDense, bool isVector)
        where TTile : unmanaged, ISharedTile
        where TPrologue : unmanaged, IPrologue => (isDense, isVector) switch
        {
            (true, true) => new(device, SharedTileWeightKernels.Product<TTile, MatrixWeightRows, Vectors, TPrologue>, tile.Threads),
            (true, false) => new(device, SharedTileWeightKernels.Product<TTile, MatrixWeightRows, Guarded, TPrologue>, tile.Threads),
            (false, true) => new(device, SharedTileWeightKernels.Product<TTile, WindowWeightRows, Vectors, TPrologue>, tile.Threads),
            (false, false) => new(device, SharedTileWeightKernels.Product<TTile, WindowWeightRows, Guarded, TPrologue>, tile.Threads),
        };

    private sealed class NormBinder(Device device, Tile tile, bool isDense, bool isVector)
        : IActivationBinder<Kernel<View, View, View, View, ProductGeometry, WeightParts, int>>
    {
        public Kernel<View, View, View, View, ProductGeometry, WeightParts, int> Bind<TActivation>()
            where TActivation : unmanaged, IActivation => SharedWeightProduct.Bind<NormPrologue<TActivation>>(device, tile, isDense, isVector);
    }

    private readonly record struct Tile(int Rows, int Columns)
    {
        public int Depth => Rows / 8;

        public int Threads => Rows * Columns / 32;
    }
}
