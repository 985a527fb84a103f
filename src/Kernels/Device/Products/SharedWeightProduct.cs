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
    /// <param name="device">Where to run; see <see cref="SharedTile.RunsOn"/>.</param>
    /// <param name="g">The product whose weights they are.</param>
    /// <param name="channelGroups">Groups of channels.</param>
    /// <param name="norm">The activation of a norm that the source is read through; null to read it as it is.</param>
    public SharedWeightProduct(Device device, ProductGeometry g, int channelGroups, ActivationKind? norm = null)
    {
        geometry = g;
        var tile = SharedTile.ForWeights(device, g);
        int columnTiles = tile.ColumnTiles(g.Columns), channelTiles = tile.RowTiles(g.Depth);
        int matrices = channelTiles * g.TapsH * g.TapsW * channelGroups;
        // As many groups as run at once, and no more: a few that are left over would take as long again as all the others.
        int residents = device.Info.Multiprocessors * ThreadsPerMultiprocessor / tile.Threads;
        blocks = new WeightBlocks(device, g, g.Rows, 1, residents / (columnTiles * matrices));
        parts = new WeightParts(g, channelTiles, blocks.Lines, tile.Depth);
        bool isVector = ((g.Columns | g.WeightPitch | g.Depth | g.SourcePitch) & 3) == 0;
        kernel = new(device, Policies.Close(SharedTileWeightKernels.Product<Tile64x32, MatrixWeightRows, Vectors, NoPrologue>, tile.Policy,
            g.IsDense ? typeof(MatrixWeightRows) : typeof(WindowWeightRows), Access.Policy(isVector),
            norm is { } activation ? Policies.Of(typeof(NormPrologue<>), activation.Policy()) : typeof(NoPrologue)), tile.Threads);
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
}

/// <summary>How the gradient of weights is shared out among groups of threads, by value.</summary>
internal readonly struct WeightParts
{
    /// <summary>Tiles that the channels of a tap take.</summary>
    public readonly int ChannelTiles;

    /// <summary>Rows of a block.</summary>
    public readonly int BlockRows;

    /// <summary>
    /// How many images, lines and pixels the rows of a step are. The host divides, since compilers move a kernel's divisions to where
    /// their results are used: into the loop.
    /// </summary>
    public readonly int StepImages, StepLines, StepPixels;

    /// <summary>Shares it out.</summary>
    /// <param name="g">The product.</param>
    /// <param name="channelTiles">Tiles that the channels of a tap take.</param>
    /// <param name="blockRows">Rows of a block.</param>
    /// <param name="stepRows">Rows of a step.</param>
    internal WeightParts(ProductGeometry g, int channelTiles, int blockRows, int stepRows)
    {
        (ChannelTiles, BlockRows) = (channelTiles, blockRows);
        (int lines, StepPixels) = Math.DivRem(stepRows, g.TargetW);
        (StepImages, StepLines) = Math.DivRem(lines, g.TargetH);
    }
}
