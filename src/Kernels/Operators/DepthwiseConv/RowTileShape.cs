using System.Numerics;

namespace GpuNet.Kernels;

/// <summary>Which channels a launch takes together.</summary>
internal enum RowTileWidth
{
    /// <summary>Four, float by float, or fewer at the end.</summary>
    Partial,

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

    // Groups on a multiprocessor: enough that the last wave, which is not full, costs little, and few enough that sums of groups stay small.
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
        : RowTileGroup.Over(Math.Min(MaxThreads, device.Info.MaxGroupSize), (op.Input.C + 3) / 4, range.Tiles,
            range.EndRow - range.FirstRow);

    private static RowTileShape[] Cover(Device device, DepthwiseConv op, RowTileGroup group, RowTileRange range)
    {
        bool vectors = HasVectors(op);
        int channels = op.Input.C, wide = device.Info.IsProcessor && vectors ? channels / 16 * 16 : 0;
        List<RowTileShape> shapes = [];
        if (wide > 0)
            shapes.Add(Over(op, RowTileWidth.Sixteen, 0, wide, group, range));
        if (wide < channels)
            shapes.Add(Over(op, vectors ? RowTileWidth.Four : RowTileWidth.Partial, wide, channels, group, range));
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

/// <summary>How the threads of a group are laid over channel blocks, tiles and rows: a power of two of each.</summary>
/// <param name="LaneBits">Binary logarithm of the channel blocks.</param>
/// <param name="TileBits">Binary logarithm of the tiles.</param>
/// <param name="RowBits">Binary logarithm of the rows.</param>
internal readonly record struct RowTileGroup(int LaneBits, int TileBits, int RowBits)
{
    // A warp that reads 32 neighbouring blocks of four channels takes whole lines of memory.
    private const int MaxLaneBits = 5;

    /// <summary>Threads of the group.</summary>
    public int Size => 1 << (LaneBits + TileBits + RowBits);

    /// <summary>
    /// Lays out up to a number of threads: as many channel blocks as waste little, then tiles, then rows. Idle threads cost little next
    /// to memory, so that one in eight may be.
    /// </summary>
    /// <param name="threads">Threads at most.</param>
    /// <param name="blocks">Channel blocks there are.</param>
    /// <param name="tiles">Tiles of a row.</param>
    /// <param name="rows">Rows.</param>
    public static RowTileGroup Over(int threads, int blocks, int tiles, int rows)
    {
        int bits = BitOperations.Log2((uint)threads);
        int lane = Widest(Math.Min(bits, MaxLaneBits), blocks);
        int tile = Widest(bits - lane, tiles);
        return new RowTileGroup(lane, tile, Widest(bits - lane - tile, rows));
    }

    // The largest power of two whose multiples reach the count with at most an eighth to spare.
    private static int Widest(int bits, int count)
    {
        while (bits > 0 && RoundUp(count, 1 << bits) * 8 > count * 9)
            bits--;
        return bits;
    }

    private static int RoundUp(int count, int to) => (count + to - 1) / to * to;
}

/// <summary>The tiles of a launch, and how its groups share them out.</summary>
/// <param name="FirstRow">First row.</param>
/// <param name="EndRow">The row behind the last.</param>
/// <param name="FirstColumn">First column.</param>
/// <param name="Tiles">Tiles of a row.</param>
/// <param name="StripRows">Rows of a group.</param>
/// <param name="Images">Images of a group.</param>
internal readonly record struct RowTileRange(int FirstRow, int EndRow, int FirstColumn, int Tiles, int StripRows = 1, int Images = 1)
{
    /// <summary>The output's pixels.</summary>
    public static RowTileRange Forward(Shape result) => new(0, result.H, 0, Tiles: (result.W + 3) / 4);

    /// <summary>
    /// The input's pixels, rows in steps of the stride, counted from the first of the padding; with a bias also as much of the padding
    /// as it takes for tap (0, 0) to meet all of the output.
    /// </summary>
    public static RowTileRange Backward(DepthwiseConv op)
    {
        (Window w, Shape x, Shape y) = (op.Window, op.Input, op.Result);
        int firstRow = op.Bias ? 0 : w.Top / w.StrideH;
        int endRow = Math.Max(op.Bias ? y.H : 0, (w.Top + x.H + w.StrideH - 1) / w.StrideH);
        int firstColumn = op.Bias ? 0 : w.Left / w.StrideW * w.StrideW;
        int endColumn = Math.Max(op.Bias ? y.W * w.StrideW : 0, w.Left + x.W);
        return new RowTileRange(firstRow, endRow, firstColumn, (endColumn - firstColumn + 3) / 4);
    }

    /// <summary>
    /// Shares the rows out to groups that take some at once: about as many groups as are wanted, by strips of an image or by images.
    /// </summary>
    /// <param name="images">Images there are.</param>
    /// <param name="rowStep">Rows that a group takes at once.</param>
    /// <param name="wanted">Groups wanted.</param>
    public RowTileRange Share(int images, int rowStep, long wanted)
    {
        int strips = (EndRow - FirstRow + rowStep - 1) / rowStep;
        long each = Math.Max(1, (long)images * strips / Math.Max(1, wanted));
        return each < strips
            ? this with { StripRows = (int)each * rowStep }
            : this with { StripRows = strips * rowStep, Images = (int)Math.Min(images, each / strips) };
    }
}
