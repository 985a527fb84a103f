namespace GpuNet.Kernels;

/// <summary>A target pixel of a product: its image, row and column. Walking from one to the next takes no division.</summary>
internal struct TargetPixel
{
    /// <summary>Image, row and column.</summary>
    public int N, U, V;

    /// <summary>The pixel of a row of the product.</summary>
    public static TargetPixel At(int row, ProductGeometry g)
    {
        TargetPixel pixel;
        int line = row / g.TargetW;
        pixel.V = row - (line * g.TargetW);
        pixel.N = line / g.TargetH;
        pixel.U = line - (pixel.N * g.TargetH);
        return pixel;
    }

    /// <summary>The pixel of row <paramref name="row"/>, the one behind <paramref name="pixel"/>; past the last row it stays.</summary>
    public static TargetPixel Next(TargetPixel pixel, int row, ProductGeometry g)
    {
        if (row >= g.Rows)
            return pixel;
        TargetPixel next = pixel;
        next.V = pixel.V + 1;
        if (next.V == g.TargetW)
        {
            next.V = 0;
            next.U = pixel.U + 1;
            if (next.U == g.TargetH)
            {
                next.U = 0;
                next.N = pixel.N + 1;
            }
        }
        return next;
    }

    /// <summary>Where the channels of the source pixel lie that tap (a, b) reads; −1 where it reads padding.</summary>
    public static int Source(TargetPixel pixel, int a, int b, int channel, ProductGeometry g)
    {
        int h = (pixel.U * g.StepH) + g.FirstH + (a * g.SpacingH);
        int w = (pixel.V * g.StepW) + g.FirstW + (b * g.SpacingW);
        bool inside = (h >= 0) & (h < g.SourceH) & (w >= 0) & (w < g.SourceW);
        return inside ? (((((pixel.N * g.SourceH) + h) * g.SourceW) + w) * g.SourcePitch) + channel : -1;
    }

    /// <summary>Whether all taps of row a of the window read pixels.</summary>
    public static bool IsInside(TargetPixel pixel, int a, ProductGeometry g)
    {
        int h = (pixel.U * g.StepH) + g.FirstH + (a * g.SpacingH);
        int w = (pixel.V * g.StepW) + g.FirstW;
        return (h >= 0) & (h < g.SourceH) & (w >= 0) & (w + ((g.TapsW - 1) * g.SpacingW) < g.SourceW);
    }

    /// <summary>The target's place among the pixels of the result.</summary>
    public static int Result(TargetPixel pixel, ProductGeometry g) =>
        (((pixel.N * g.ResultH) + g.FirstResultH + (pixel.U * g.ResultStepH)) * g.ResultW) + g.FirstResultW + (pixel.V * g.ResultStepW);
}
