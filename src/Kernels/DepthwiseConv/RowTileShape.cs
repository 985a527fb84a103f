namespace GpuNet.Kernels;

/// <summary>Which channels a launch takes together.</summary>
internal enum RowTileWidth
{
    /// <summary>Four, each with a test.</summary>
    Guarded,

    /// <summary>Four as a vector.</summary>
    Four,

    /// <summary>Sixteen, on a processor.</summary>
    Sixteen,
}

/// <summary>A launch over a range of channels: grid, group and geometry.</summary>
/// <param name="Width">Channels that a thread takes together.</param>
/// <param name="GroupSize">Threads of a group.</param>
/// <param name="Groups">Groups on channels, strips of rows, images.</param>
/// <param name="Geometry">What the kernel takes.</param>
internal readonly record struct RowTileShape(RowTileWidth Width, int GroupSize, GroupCount Groups, RowTileGeometry Geometry)
{
    // Enough warps to hide the latency of memory with two groups on a multiprocessor, and few enough threads for small maps.
    private const int MaxThreads = 128;

    // Below some 50 tiles the start of a group on a processor is no longer small beside its work.
    private const int ProcessorTiles = 48;

    // Parts that a core of a processor has at least, so that all finish at about the same time.
    private const int ProcessorParts = 8;

    /// <summary>The launches of a forward pass: on a processor one for whole blocks of 16 channels, and one for the rest.</summary>
    public static RowTileShape[] Forward(Device device, DepthwiseConv op, bool vectors)
    {
        (Shape x, Shape y) = (op.Input, op.Result);
        int tiles = (y.W + 3) / 4;
        if (!device.Info.IsProcessor)
        {
            RowTileGroup group = RowTileGroup.Over(Math.Min(MaxThreads, device.Info.MaxGroupSize), (y.C + 3) / 4, tiles, y.H);
            return [Over(op, vectors ? RowTileWidth.Four : RowTileWidth.Guarded, 0, y.C, group, tiles, 1 << group.RowBits)];
        }
        int wide = vectors ? y.C / 16 * 16 : 0;
        int rows = Math.Max(1, ProcessorTiles / tiles);
        int enough = Math.Max(1, y.N * y.H * ((y.C + 15) / 16) / (ProcessorParts * Math.Max(1, device.Info.Multiprocessors)));
        rows = Math.Min(Math.Min(rows, enough), y.H);
        List<RowTileShape> shapes = [];
        if (wide > 0)
            shapes.Add(Over(op, RowTileWidth.Sixteen, 0, wide, default, tiles, rows));
        if (wide < y.C)
            shapes.Add(Over(op, vectors ? RowTileWidth.Four : RowTileWidth.Guarded, wide, y.C, default, tiles, rows));
        return [.. shapes];
    }

    private static RowTileShape Over(DepthwiseConv op, RowTileWidth width, int first, int end, RowTileGroup group, int tiles, int stripRows)
    {
        int lanes = (width == RowTileWidth.Sixteen ? 16 : 4) << group.LaneBits;
        var groups = new GroupCount((end - first + lanes - 1) / lanes, (op.Result.H + stripRows - 1) / stripRows, op.Result.N);
        return new RowTileShape(width, group.Size, groups, new RowTileGeometry(op.Input, op.Window, op.Result, first, group, tiles, stripRows));
    }
}
