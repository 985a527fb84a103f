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
        Type access = Access.Policy(((g.Columns | g.WeightPitch) & 3) == 0);
        Action<View, View, View, ProductGeometry, int, int, int, int, int> kernel = g.IsDense
            ? RegisterTileWeightKernels.Dense<Float4, Vectors> : RegisterTileWeightKernels.Windowed<Float4, Vectors>;
        foreach (ColumnRange range in ColumnRange.Split(g.Columns))
        {
            int columnTiles = range.Tiles, groupSize = ColumnRange.GroupSize(device, columnTiles);
            parts.Add(new Part(
                new(device, Policies.Close(kernel, range.Policy, access), groupSize), range.First, range.First + range.Count,
                new GroupCount(blocks.Count, (columnTiles + groupSize - 1) / groupSize, channelTiles * matrices)));
        }
    }

    public override long WorkspaceElements => blocks.WorkspaceElements;

    public override void Run(View x, View dy, View dweight, View workspace)
    {
        foreach (Part part in parts)
        {
            part.Kernel.Run(part.Groups, x, dy, blocks.Target(dweight, workspace), geometry, part.FirstColumn, part.EndColumn,
                channelTiles, blocks.Lines, blocks.AddFlag);
        }
        blocks.Combine(workspace, dweight);
    }

    private sealed record Part(
        Kernel<View, View, View, ProductGeometry, int, int, int, int, int> Kernel, int FirstColumn, int EndColumn, GroupCount Groups);
}
