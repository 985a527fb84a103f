namespace GpuNet.Kernels;

/// <summary>The gradient of weights by the kernels of <see cref="RegisterTileWeightKernels"/>.</summary>
internal sealed class RegisterWeightProduct : WeightProduct
{
    // Threads that keep a core of a processor busy, or a multiprocessor of a GPU.
    private const int ThreadsPerCore = 8;
    private const int ThreadsPerMultiprocessor = 256;

    private readonly List<Part> parts = [];
    private readonly WeightBlocks blocks;
    private readonly ProductGeometry geometry;
    private readonly int channelTiles;

    public RegisterWeightProduct(Device device, ProductGeometry g, int groups)
    {
        geometry = g;
        channelTiles = (g.Depth + RegisterTileKernels.Rows - 1) / RegisterTileKernels.Rows;
        int matrices = g.TapsH * g.TapsW * groups, tiles = ((g.Columns + 15) / 16) * channelTiles * matrices;
        int threads = Math.Max(1, device.Info.Multiprocessors) * (device.Info.IsProcessor ? ThreadsPerCore : ThreadsPerMultiprocessor);
        int wanted = (threads + tiles - 1) / tiles;
        // Blocks of rows where rows are contiguous, else of lines of target pixels.
        blocks = g.IsDense
            ? new WeightBlocks(device, g, g.Rows, 1, wanted)
            : new WeightBlocks(device, g, g.Images * g.TargetH, g.TargetW, wanted);
        bool isVector = ((g.Columns | g.WeightPitch) & 3) == 0;
        foreach (ColumnRange range in ColumnRange.Split(g.Columns))
        {
            int columnTiles = range.Tiles, groupSize = ColumnRange.GroupSize(device, columnTiles);
            parts.Add(new Part(Bind(device, groupSize, g.IsDense, isVector, range.Width), range.First, range.First + range.Count,
                new GroupCount(blocks.Count, (columnTiles + groupSize - 1) / groupSize, channelTiles * matrices)));
        }
    }

    public override long WorkspaceElements => blocks.WorkspaceElements;

    public override void Run(View x, View dy, View dweight, View workspace)
    {
        foreach (Part part in parts)
        {
            part.Kernel.Run(part.Groups, x, x, dy, blocks.Target(dweight, workspace), geometry, part.FirstColumn, part.EndColumn, channelTiles,
                blocks.Lines, blocks.AddFlag);
        }
        blocks.Combine(workspace, dweight);
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
