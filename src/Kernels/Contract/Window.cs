namespace GpuNet;

/// <summary>
/// How a kernel slides over an image: extents, stride, dilation and padding per side. Output row p reads input rows
/// p·stride + a·dilation − top, for kernel rows a; columns alike.
/// </summary>
public readonly record struct Window
{
    /// <summary>A square window.</summary>
    /// <param name="size">Kernel rows and columns.</param>
    /// <param name="stride">Step in both directions.</param>
    /// <param name="padding">Padding on all four sides; by default half the dilated kernel, which keeps the extent at stride 1.</param>
    /// <param name="dilation">Distance between neighbouring taps.</param>
    public Window(int size, int stride = 1, int? padding = null, int dilation = 1)
    {
        KernelH = KernelW = size;
        StrideH = StrideW = stride;
        DilationH = DilationW = dilation;
        Top = Bottom = Left = Right = padding ?? (size - 1) * dilation / 2;
    }

    /// <summary>Kernel rows.</summary>
    public int KernelH { get; init; }

    /// <summary>Kernel columns.</summary>
    public int KernelW { get; init; }

    /// <summary>Step between rows.</summary>
    public int StrideH { get; init; }

    /// <summary>Step between columns.</summary>
    public int StrideW { get; init; }

    /// <summary>Distance between tap rows.</summary>
    public int DilationH { get; init; }

    /// <summary>Distance between tap columns.</summary>
    public int DilationW { get; init; }

    /// <summary>Rows of zeros above the image.</summary>
    public int Top { get; init; }

    /// <summary>Rows of zeros below the image.</summary>
    public int Bottom { get; init; }

    /// <summary>Columns of zeros left of the image.</summary>
    public int Left { get; init; }

    /// <summary>Columns of zeros right of the image.</summary>
    public int Right { get; init; }

    /// <summary>Taps of the window.</summary>
    public int Taps => KernelH * KernelW;

    /// <summary>Whether kernel, stride and dilation are all at least 1, and no padding is negative.</summary>
    public bool IsValid =>
        KernelH > 0 && KernelW > 0 && StrideH > 0 && StrideW > 0 && DilationH > 0 && DilationW > 0
        && Top >= 0 && Bottom >= 0 && Left >= 0 && Right >= 0;

    /// <summary>Whether the window is a single tap that moves one pixel at a time over an unpadded image.</summary>
    public bool IsPointwise => Taps == 1 && StrideH == 1 && StrideW == 1 && Top == 0 && Bottom == 0 && Left == 0 && Right == 0;

    /// <summary>
    /// TensorFlow's SAME padding for an image: output ceil(in / stride), the padding split evenly with the odd row or column below
    /// and on the right.
    /// </summary>
    public Window Same(int height, int width)
    {
        (int top, int bottom) = SameSides(height, KernelH, StrideH, DilationH);
        (int left, int right) = SameSides(width, KernelW, StrideW, DilationW);
        return this with { Top = top, Bottom = bottom, Left = left, Right = right };
    }

    /// <summary>Output rows and columns over an image; 0 where the window does not fit or has no step.</summary>
    public (int Height, int Width) Output(int height, int width) => (
        Extent(height + Top + Bottom, KernelH, StrideH, DilationH),
        Extent(width + Left + Right, KernelW, StrideW, DilationW));

    /// <inheritdoc/>
    public override string ToString() => $"{KernelH}x{KernelW} s{StrideH}" + (StrideW != StrideH ? $"x{StrideW}" : "")
        + (DilationH > 1 || DilationW > 1 ? $" d{DilationH}" + (DilationW != DilationH ? $"x{DilationW}" : "") : "")
        + $" p{Top},{Bottom},{Left},{Right}";

    private static int Extent(int padded, int kernel, int stride, int dilation)
    {
        int span = padded - ((kernel - 1) * dilation) - 1;
        return span < 0 || stride < 1 ? 0 : (span / stride) + 1;
    }

    private static (int Before, int After) SameSides(int extent, int kernel, int stride, int dilation)
    {
        int outputs = (extent + stride - 1) / stride;
        int total = Math.Max(0, ((outputs - 1) * stride) + ((kernel - 1) * dilation) + 1 - extent);
        return (total / 2, total - (total / 2));
    }
}
