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

    /// <summary>
    /// Four channels of what the row reads, of which the group's depth has <paramref name="count"/> left; 0 for padding.
    /// </summary>
    public static Float4 Read<TInput>(SourceRow row, int place, View x, View factors, int channel, int count, ProductGeometry g)
        where TInput : unmanaged, IInput
    {
        if (place < 0 || count <= 0)
            return Float4.Of(0f);
        return Inputs.Read<TInput, Float4>(x, place + channel, factors, row.Factor, g.SourcePitch, count);
    }
}

/// <summary>The left matrix of a product: where its rows lie, and how they and the weights beside them are read.</summary>
internal interface IProductRows
{
    /// <summary>A row at tap (a, b); one past the last row is padding.</summary>
    static abstract SourceRow At(int row, int a, int b, int channel, ProductGeometry g);

    /// <summary>The row at the next tap.</summary>
    /// <param name="row">The row.</param>
    /// <param name="wraps">Whether the tap is the last one of the window's row.</param>
    /// <param name="g">The product.</param>
    static abstract SourceRow Next(SourceRow row, bool wraps, ProductGeometry g);

    /// <summary>Four channels of what a row reads; see <see cref="SourceRow.Read"/>.</summary>
    static abstract Float4 Read(SourceRow row, View x, View factors, int channel, int count, ProductGeometry g);

    /// <summary>Four neighbouring weights, or what else is float32.</summary>
    static abstract Float4 Floats(View view, int at, int count);

    /// <summary>Writes four neighbouring floats.</summary>
    static abstract void StoreFloats(View view, int at, Float4 value, int count);

    /// <summary>The pixel of the result that a row is.</summary>
    static abstract int Result(int row, ProductGeometry g);
}

/// <summary>Rows of a matrix, one behind the other.</summary>
internal readonly struct MatrixRows<TInput> : IProductRows
    where TInput : unmanaged, IInput
{
    public static SourceRow At(int row, int a, int b, int channel, ProductGeometry g)
    {
        SourceRow source;
        source.Line = row < g.Rows ? row : -1;
        source.H = 0;
        source.W = 0;
        source.Factor = channel;
        if (TInput.PerImage)
            source.Factor += row / (g.TargetH * g.TargetW) * g.SourcePitch;
        return source;
    }

    public static SourceRow Next(SourceRow row, bool wraps, ProductGeometry g) => row;

    public static Float4 Read(SourceRow row, View x, View factors, int channel, int count, ProductGeometry g) =>
        SourceRow.Read<TInput>(row, row.Line < 0 ? -1 : row.Line * g.SourcePitch, x, factors, channel, count, g);

    public static Float4 Floats(View view, int at, int count) => TInput.Floats<Float4>(view, at, count);

    public static void StoreFloats(View view, int at, Float4 value, int count) => TInput.StoreFloats(view, at, value, count);

    public static int Result(int row, ProductGeometry g) => row;
}

/// <summary>Pixels that a window shows, tap by tap.</summary>
internal readonly struct WindowRows<TInput> : IProductRows
    where TInput : unmanaged, IInput
{
    // So far above the image that no tap comes near it.
    private const int Outside = -(1 << 29);

    public static SourceRow At(int row, int a, int b, int channel, ProductGeometry g)
    {
        TargetPixel pixel = TargetPixel.At(row, g);
        int h = (pixel.U * g.StepH) + g.FirstH + (a * g.SpacingH);
        SourceRow source;
        source.H = row < g.Rows ? h : Outside;
        source.Line = (pixel.N * g.SourceH) + h;
        source.W = (pixel.V * g.StepW) + g.FirstW + (b * g.SpacingW);
        source.Factor = channel;
        if (TInput.PerImage)
            source.Factor += pixel.N * g.SourcePitch;
        return source;
    }

    public static SourceRow Next(SourceRow row, bool wraps, ProductGeometry g)
    {
        SourceRow next = row;
        next.W = row.W + g.SpacingW - (wraps ? g.TapsW * g.SpacingW : 0);
        next.H = row.H + (wraps ? g.SpacingH : 0);
        next.Line = row.Line + (wraps ? g.SpacingH : 0);
        return next;
    }

    public static Float4 Read(SourceRow row, View x, View factors, int channel, int count, ProductGeometry g)
    {
        bool inside = (row.H >= 0) & (row.H < g.SourceH) & (row.W >= 0) & (row.W < g.SourceW);
        return SourceRow.Read<TInput>(row, inside ? ((row.Line * g.SourceW) + row.W) * g.SourcePitch : -1, x, factors, channel, count, g);
    }

    public static Float4 Floats(View view, int at, int count) => TInput.Floats<Float4>(view, at, count);

    public static void StoreFloats(View view, int at, Float4 value, int count) => TInput.StoreFloats(view, at, value, count);

    public static int Result(int row, ProductGeometry g) => TargetPixel.Result(TargetPixel.At(row, g), g);
}
