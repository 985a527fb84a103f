namespace GpuNet.Kernels;

/// <summary>
/// What a thread reads of a row of a product, at one tap of its window. It walks from tap to tap: what it is at the next one follows from
/// what it is at this one, so that compilers leave the divisions that find the first one before the loop.
/// </summary>
internal struct SourceRow
{
    /// <summary>The line of the source, counted over all images, its place in the image, and the pixel in the line.</summary>
    public int Line, H, W;

    /// <summary>Place of the row's factors.</summary>
    public int Factor;
}

/// <summary>Where the rows of a product lie.</summary>
internal interface IRowSource
{
    /// <summary>A row at tap (a, b); one past the last row is padding.</summary>
    static abstract SourceRow At<TPrologue>(int row, int a, int b, int channel, ProductGeometry g)
        where TPrologue : unmanaged, IPrologue;

    /// <summary>The row at the next tap.</summary>
    /// <param name="row">The row.</param>
    /// <param name="wraps">Whether the tap is the last one of the window's row.</param>
    /// <param name="g">The product.</param>
    static abstract SourceRow Next(SourceRow row, bool wraps, ProductGeometry g);

    /// <summary>Where the channels that the row reads begin; −1 where it reads padding.</summary>
    static abstract int Place(SourceRow row, ProductGeometry g);

    /// <summary>The pixel of the result that a row is.</summary>
    static abstract int Result(int row, ProductGeometry g);
}

/// <summary>Rows of a matrix, one behind the other.</summary>
internal readonly struct MatrixSource : IRowSource
{
    static SourceRow IRowSource.At<TPrologue>(int row, int a, int b, int channel, ProductGeometry g)
    {
        SourceRow source;
        source.Line = row < g.Rows ? row : -1;
        source.H = 0;
        source.W = 0;
        source.Factor = channel;
        if (TPrologue.PerImage)
            source.Factor += row / (g.TargetH * g.TargetW) * g.SourcePitch;
        return source;
    }

    public static SourceRow Next(SourceRow row, bool wraps, ProductGeometry g) => row;

    public static int Place(SourceRow row, ProductGeometry g) => row.Line < 0 ? -1 : row.Line * g.SourcePitch;

    public static int Result(int row, ProductGeometry g) => row;
}

/// <summary>Pixels that a window shows, tap by tap.</summary>
internal readonly struct WindowSource : IRowSource
{
    // So far above the image that no tap reaches it.
    private const int Outside = -(1 << 29);

    static SourceRow IRowSource.At<TPrologue>(int row, int a, int b, int channel, ProductGeometry g)
    {
        TargetPixel pixel = TargetPixel.At(row, g);
        int h = (pixel.U * g.StepH) + g.FirstH + (a * g.ApartH);
        SourceRow source;
        source.H = row < g.Rows ? h : Outside;
        source.Line = (pixel.N * g.SourceH) + h;
        source.W = (pixel.V * g.StepW) + g.FirstW + (b * g.ApartW);
        source.Factor = channel;
        if (TPrologue.PerImage)
            source.Factor += pixel.N * g.SourcePitch;
        return source;
    }

    public static SourceRow Next(SourceRow row, bool wraps, ProductGeometry g)
    {
        SourceRow next = row;
        next.W = row.W + g.ApartW - (wraps ? g.TapsW * g.ApartW : 0);
        next.H = row.H + (wraps ? g.ApartH : 0);
        next.Line = row.Line + (wraps ? g.ApartH : 0);
        return next;
    }

    public static int Place(SourceRow row, ProductGeometry g)
    {
        bool inside = (row.H >= 0) & (row.H < g.SourceH) & (row.W >= 0) & (row.W < g.SourceW);
        return inside ? ((row.Line * g.SourceW) + row.W) * g.SourcePitch : -1;
    }

    public static int Result(int row, ProductGeometry g) => TargetPixel.Result(TargetPixel.At(row, g), g);
}
