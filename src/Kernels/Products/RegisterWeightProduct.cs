namespace GpuNet.Kernels;

/// <summary>The gradient of a convolution's weights by the kernels of <see cref="RegisterTileWeightKernels"/>.</summary>
internal sealed class RegisterWeightProduct
{
    // Threads that keep a core of a processor busy, or a multiprocessor of a GPU, and rows below which a block is not worth its partial sums.
    private const int ThreadsPerCore = 8;
    private const int ThreadsPerMultiprocessor = 256;
    private const int BlockRows = 64;

    private readonly List<Part> parts = [];
    private readonly Kernel<View, View, int, int> combine;
    private readonly ProductGeometry geometry;
    private readonly int weights, blocks, blockRows, channelTiles;

    public RegisterWeightProduct(Device device, ProductGeometry g, int groups)
    {
        geometry = g;
        combine = new(device, PartialSumKernels.Combine);
        int taps = g.TapsH * g.TapsW;
        weights = taps * g.Depth * g.WeightPitch;
        channelTiles = (g.Depth + RegisterTileKernels.Rows - 1) / RegisterTileKernels.Rows;
        int tiles = ((g.Columns + 15) / 16) * channelTiles * taps * groups;
        int wanted = Math.Max(1, device.Info.Multiprocessors) * (device.Info.IsProcessor ? ThreadsPerCore : ThreadsPerMultiprocessor);
        // Blocks of rows where rows are contiguous, else of lines.
        int lines = g.IsDense ? g.Rows : g.Images * g.TargetH, least = g.IsDense ? BlockRows : (BlockRows + g.TargetW - 1) / g.TargetW;
        int most = Math.Clamp((wanted + tiles - 1) / tiles, 1, Math.Max(1, lines / least));
        blockRows = (lines + most - 1) / most;
        blocks = (lines + blockRows - 1) / blockRows;
        bool isVector = ((g.Columns | g.WeightPitch) & 3) == 0;
        foreach (ColumnRange range in ColumnRange.Split(g.Columns))
        {
            int columnTiles = range.Tiles, groupSize = ColumnRange.GroupSize(device, columnTiles);
            parts.Add(new Part(Bind(device, groupSize, g.IsDense, isVector, range.Width), range.First, range.First + range.Count,
                new GroupCount(blocks, (columnTiles + groupSize - 1) / groupSize, channelTiles * taps * groups)));
        }
    }

    /// <summary>Memory for the blocks' sums.</summary>
    public long WorkspaceElements => blocks > 1 ? (long)blocks * weights : 0;

    public void Run(View x, View factors, View dy, View dweight, View workspace)
    {
        View target = blocks > 1 ? workspace : dweight;
        foreach (Part part in parts)
        {
            part.Kernel.Run(part.Groups, x, factors, dy, target, geometry, part.FirstColumn, part.EndColumn, channelTiles, blockRows,
                blocks > 1 ? 0 : 1);
        }
        if (blocks > 1)
            combine.Run(weights, workspace, dweight, weights, blocks);
    }

    private static Kernel<View, View, View, View, ProductGeometry, int, int, int, int, int> Bind(
        Device device, int groupSize, bool isDense, bool isVector, int width) => (isVector, width) switch
        {
            (true, 16) => Bind<Columns16, Vectors>(device, groupSize, isDense),
            (true, 8) => Bind<Columns8, Vectors>(device, groupSize, isDense),
            (true, _) => Bind<Columns4, Vectors>(device, groupSize, isDense),
            (false, 16) => Bind<Columns16, Guarded>(device, groupSize, isDense),
            (false, 8) => Bind<Columns8, Guarded>(device, groupSize, isDense),
            (false, _) => Bind<Columns4, Guarded>(device, groupSize, isDense),
        };

    private static Kernel<View, View, View, View, ProductGeometry, int, int, int, int, int> Bind<TColumns, TAccess>(
        Device device, int groupSize, bool isDense)
        where TColumns : unmanaged, IColumns<TColumns>
        where TAccess : unmanaged, IVectorAccess => isDense
        ? new(device, RegisterTileWeightKernels.Dense<TColumns, TAccess, NoPrologue>, groupSize)
        : new(device, RegisterTileWeightKernels.Windowed<TColumns, TAccess, NoPrologue>, groupSize);

    private sealed record Part(
        Kernel<View, View, View, View, ProductGeometry, int, int, int, int, int> Kernel, int FirstColumn, int EndColumn, GroupCount Groups);
}
