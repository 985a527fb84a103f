namespace GpuNet.Kernels;

/// <summary>Which channels a launch takes together.</summary>
internal enum RowTileWidth
{
    /// <summary>Four, float by float, or fewer at the end.</summary>
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
    /// <summary>Threads of a group at most: several groups fit a multiprocessor with the registers that a tile takes.</summary>
    public const int MaxThreads = 128;

    // Waves of groups: enough that the last one, which is not full, costs little, and few enough that sums of groups stay small.
    private const int SummingGroups = 16;

    // Parts that a core of a processor has at least, so that all finish at about the same time.
    private const int ProcessorParts = 8;

    // Below some 50 tiles the start of a group on a processor is no longer small beside its work.
    private const int ProcessorTiles = 48;

    /// <summary>The launches of a forward pass: on a processor one for whole blocks of 16 channels, and one for the rest.</summary>
    public static RowTileShape[] Forward(Device device, DepthwiseConv op)
    {
        RowTileRange range = RowTileRange.Forward(op.Result);
        RowTileGroup group = Group(device, op, range);
        int rows = 1 << group.RowBits;
        if (device.Info.IsProcessor)
        {
            long all = (long)op.Result.N * op.Result.H * ((op.Result.C + 15) / 16);
            rows = (int)Math.Clamp(all / Wanted(device), 1, Math.Min(op.Result.H, Math.Max(1, ProcessorTiles / range.Tiles)));
        }
        return Cover(device, op, group, range with { StripRows = rows });
    }

    /// <summary>The launches of a pass whose groups leave sums, as far as possible of many pixels.</summary>
    public static RowTileShape[] Summing(Device device, DepthwiseConv op, RowTileRange range)
    {
        RowTileGroup group = Group(device, op, range);
        int lanes = (device.Info.IsProcessor ? 16 : 4) << group.LaneBits;
        return Cover(device, op, group, range.Share(op.Input.N, 1 << group.RowBits, Wanted(device) / ((op.Input.C + lanes - 1) / lanes)));
    }

    /// <summary>Whether rows of pixels, of the output too, start on vectors.</summary>
    public static bool HasVectors(DepthwiseConv op) =>
        op.Input.C % 4 == 0 && op.Output.C % 4 == 0 && (op.Epilogue.Slice?.First ?? 0) % 4 == 0;

    private static long Wanted(Device device) =>
        (device.Info.IsProcessor ? ProcessorParts : SummingGroups) * (long)Math.Max(1, device.Info.Multiprocessors);

    private static RowTileGroup Group(Device device, DepthwiseConv op, RowTileRange range) => device.Info.IsProcessor
        ? default
        : RowTileGroup.Over(Math.Min(MaxThreads, device.Info.MaxGroupSize), (op.Input.C + 3) / 4, range.Tiles, range.EndRow - range.FirstRow);

    private static RowTileShape[] Cover(Device device, DepthwiseConv op, RowTileGroup group, RowTileRange range)
    {
        bool vectors = HasVectors(op);
        int channels = op.Input.C, wide = device.Info.IsProcessor && vectors ? channels / 16 * 16 : 0;
        List<RowTileShape> shapes = [];
        if (wide > 0)
            shapes.Add(Over(op, RowTileWidth.Sixteen, 0, wide, group, range));
        if (wide < channels)
            shapes.Add(Over(op, vectors ? RowTileWidth.Four : RowTileWidth.Guarded, wide, channels, group, range));
        return [.. shapes];
    }

    private static RowTileShape Over(DepthwiseConv op, RowTileWidth width, int first, int end, RowTileGroup group, RowTileRange range)
    {
        int lanes = (width == RowTileWidth.Sixteen ? 16 : 4) << group.LaneBits;
        var groups = new GroupCount((end - first + lanes - 1) / lanes,
            (range.EndRow - range.FirstRow + range.StripRows - 1) / range.StripRows, (op.Input.N + range.Images - 1) / range.Images);
        return new RowTileShape(width, group.Size, groups, new RowTileGeometry(op.Input, op.Window, op.Result, first, group, range));
    }
}
