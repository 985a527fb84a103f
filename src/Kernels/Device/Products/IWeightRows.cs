namespace GpuNet.Kernels;

/// <summary>The rows over which the gradient of weights sums, as a thread walks over every so many of them.</summary>
internal interface IWeightRows
{
    /// <summary>The target pixel of a row, as far as the walk needs it.</summary>
    static abstract TargetPixel At(int row, ProductGeometry g);

    /// <summary>The pixel a step of rows on.</summary>
    /// <param name="pixel">The pixel.</param>
    /// <param name="parts">How far that is.</param>
    /// <param name="g">The product.</param>
    static abstract TargetPixel Advance(TargetPixel pixel, WeightParts parts, ProductGeometry g);

    /// <summary>Where a channel lies of what a row reads at tap (a, b); −1 where it reads padding.</summary>
    static abstract int Place(TargetPixel pixel, int row, int a, int b, int channel, ProductGeometry g);
}

/// <summary>Rows of a matrix, one behind the other.</summary>
internal readonly struct MatrixWeightRows : IWeightRows
{
    public static TargetPixel At(int row, ProductGeometry g) => default;

    public static TargetPixel Advance(TargetPixel pixel, WeightParts parts, ProductGeometry g) => pixel;

    public static int Place(TargetPixel pixel, int row, int a, int b, int channel, ProductGeometry g) => (row * g.SourcePitch) + channel;
}

/// <summary>Pixels that a window shows, through one of its taps.</summary>
internal readonly struct WindowWeightRows : IWeightRows
{
    public static TargetPixel At(int row, ProductGeometry g) => TargetPixel.At(row, g);

    public static TargetPixel Advance(TargetPixel pixel, WeightParts parts, ProductGeometry g)
    {
        TargetPixel next = pixel;
        next.V = pixel.V + parts.StepPixels;
        next.U = pixel.U + parts.StepLines;
        next.N = pixel.N + parts.StepImages;
        bool line = next.V >= g.TargetW;
        next.V -= line ? g.TargetW : 0;
        next.U += line ? 1 : 0;
        bool image = next.U >= g.TargetH;
        next.U -= image ? g.TargetH : 0;
        next.N += image ? 1 : 0;
        return next;
    }

    public static int Place(TargetPixel pixel, int row, int a, int b, int channel, ProductGeometry g) =>
        TargetPixel.Source(pixel, a, b, channel, g);
}
