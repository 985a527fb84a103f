namespace GpuNet.Kernels;

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

    /// <summary>Shares the rows out to groups that take some at once: about as many groups as are wanted, by strips of an image or by images.</summary>
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
