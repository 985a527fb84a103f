namespace GpuNet.Kernels;

/// <summary>
/// Extents of a depthwise convolution in tiles of four pixels of a row, and how the threads of a group are laid over them: a power of two
/// of channel blocks, of tiles and of rows, so that a thread finds its place by shifts.
/// </summary>
internal readonly struct RowTileGeometry
{
    /// <summary>Images, input rows and columns, channels.</summary>
    public readonly int N, H, W, C;

    /// <summary>Output rows and columns.</summary>
    public readonly int P, Q;

    /// <summary>Padding above and on the left.</summary>
    public readonly int Top, Left;

    /// <summary>First channel of the launch.</summary>
    public readonly int FirstC;

    /// <summary>Binary logarithms of the group's extents: channel blocks, tiles.</summary>
    public readonly int LaneBits, TileBits;

    /// <summary>Tiles of a row, and those that a group takes at once.</summary>
    public readonly int Tiles, TileStep;

    /// <summary>First row and the row behind the last, and first column, of what threads own; forward those of the output.</summary>
    public readonly int FirstRow, EndRow, FirstColumn;

    /// <summary>Rows of a group's strip, those that it takes at once, and the images over which it repeats them.</summary>
    public readonly int StripRows, RowStep, Images;

    /// <summary>Collects the extents.</summary>
    internal RowTileGeometry(Shape input, Window window, Shape result, int firstC, RowTileGroup group, in RowTileRange range)
    {
        (N, H, W, C) = (input.N, input.H, input.W, input.C);
        (P, Q) = (result.H, result.W);
        (Top, Left) = (window.Top, window.Left);
        FirstC = firstC;
        (LaneBits, TileBits) = (group.LaneBits, group.TileBits);
        (Tiles, TileStep) = (range.Tiles, 1 << group.TileBits);
        (FirstRow, EndRow, FirstColumn) = (range.FirstRow, range.EndRow, range.FirstColumn);
        (StripRows, RowStep, Images) = (range.StripRows, 1 << group.RowBits, range.Images);
    }
}
