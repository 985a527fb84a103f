namespace GpuNet.Kernels;

/// <summary>
/// A pointwise convolution between batch norms, through shared memory: it reads its input through a prologue and leaves the moments of
/// its result.
/// </summary>
/// <typeparam name="TPrologue">What becomes of the input as it is read.</typeparam>
internal sealed class PointwiseProduct<TPrologue>
    where TPrologue : unmanaged, IPrologue
{
    private readonly SharedTileKernel kernel;
    private readonly ProductGeometry geometry;
    private readonly EpilogueGeometry epilogue;
    private readonly ProductParts parts;
    private readonly GroupCount groups;

    /// <summary>Chooses a tile and loads the kernel.</summary>
    /// <param name="device">Where to run; see <see cref="SharedProduct.Fits"/>.</param>
    /// <param name="op">The convolution, without bias and epilogue.</param>
    public PointwiseProduct(Device device, PointwiseConv op)
    {
        geometry = ProductGeometry.Forward(op.AsConvolution, joins: false);
        epilogue = new EpilogueGeometry(op);
        SharedProduct.Tile tile = SharedProduct.Choose(device, geometry, groups: 1);
        parts = new ProductParts(geometry, tile.Depth, most: 1);
        int rowTiles = (geometry.Rows + tile.Rows - 1) / tile.Rows;
        groups = new GroupCount(rowTiles, (geometry.Columns + tile.Columns - 1) / tile.Columns);
        Moments = new Moments(rowTiles, geometry.Columns);
        kernel = ((geometry.Columns | geometry.Depth) & 3) == 0 ? Bind<Vectors>(device, tile) : Bind<Guarded>(device, tile);
    }

    /// <summary>What <see cref="Run"/> leaves of the result.</summary>
    public Moments Moments { get; }

    /// <summary>Computes the result and its moments.</summary>
    /// <param name="x">Input.</param>
    /// <param name="factors">What the prologue takes; anything where there is none.</param>
    /// <param name="weight">Weights.</param>
    /// <param name="y">Result.</param>
    /// <param name="moments">Receives the moments: their elements, rounded up to whole vectors.</param>
    public void Run(View x, View factors, View weight, View y, View moments) =>
        kernel.Run(groups, x, factors, weight, weight, moments, y, geometry, epilogue, parts);

    private static SharedTileKernel Bind<TAccess>(
        Device device, SharedProduct.Tile tile)
        where TAccess : unmanaged, IVectorAccess => tile switch
        {
            (128, 64, _) => new(device, SharedTileKernels.Product<Tile128x64, MatrixSource, TAccess, TAccess, TAccess, TPrologue, MomentsEnd>, tile.Threads),
            (128, 32, _) => new(device, SharedTileKernels.Product<Tile128x32, MatrixSource, TAccess, TAccess, TAccess, TPrologue, MomentsEnd>, tile.Threads),
            (64, 64, _) => new(device, SharedTileKernels.Product<Tile64x64, MatrixSource, TAccess, TAccess, TAccess, TPrologue, MomentsEnd>, tile.Threads),
            _ => new(device, SharedTileKernels.Product<Tile64x32, MatrixSource, TAccess, TAccess, TAccess, TPrologue, MomentsEnd>, tile.Threads),
        };
}
