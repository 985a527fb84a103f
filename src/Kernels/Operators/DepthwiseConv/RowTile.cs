namespace GpuNet.Kernels;

/// <summary>Channels of four neighbouring pixels of a row.</summary>
internal readonly struct RowTile<T>(T a, T b, T c, T d)
    where T : unmanaged, IFloats<T>
{
    public readonly T A = a, B = b, C = c, D = d;

    /// <summary>A sum, and the products of the four with four others.</summary>
    public T Add(T sum, T a, T b, T c, T d) => sum + (A * a) + (B * b) + (C * c) + (D * d);
}

/// <summary>A row of a filter; of a narrow one the last are 0.</summary>
internal readonly struct FilterRow<T>(T k0, T k1, T k2, T k3, T k4)
    where T : unmanaged, IFloats<T>
{
    public readonly T K0 = k0, K1 = k1, K2 = k2, K3 = k3, K4 = k4;

    public T Add(T sum, T x0, T x1, T x2) => sum + (x0 * K0) + (x1 * K1) + (x2 * K2);

    public T Add(T sum, T x0, T x1, T x2, T x3, T x4) => sum + (x0 * K0) + (x1 * K1) + (x2 * K2) + (x3 * K3) + (x4 * K4);

    /// <summary>Reads the taps of a row: <paramref name="count"/> channels from <paramref name="at"/> on, a tap every <paramref name="pitch"/>.</summary>
    public static FilterRow<T> Load<TWindow, TInput>(View weight, int at, int pitch, int count)
        where TWindow : unmanaged, IWindowShape
        where TInput : unmanaged, IInput
    {
        T k0 = TInput.Floats<T>(weight, at, count), k1 = TInput.Floats<T>(weight, at + pitch, count);
        T k2 = TInput.Floats<T>(weight, at + (2 * pitch), count);
        if (TWindow.Size == 3)
            return new FilterRow<T>(k0, k1, k2, T.Of(0f), T.Of(0f));
        T k3 = TInput.Floats<T>(weight, at + (3 * pitch), count), k4 = TInput.Floats<T>(weight, at + (4 * pitch), count);
        return new FilterRow<T>(k0, k1, k2, k3, k4);
    }
}

/// <summary>Columns that a tile meets, of one row; as many as its window asks for.</summary>
internal readonly struct TileColumns<T>(T x0, T x1, T x2, T x3, T x4, T x5, T x6, T x7, T x8, T x9, T x10)
    where T : unmanaged, IFloats<T>
{
    public readonly T X0 = x0, X1 = x1, X2 = x2, X3 = x3, X4 = x4, X5 = x5, X6 = x6, X7 = x7, X8 = x8, X9 = x9, X10 = x10;

    /// <summary>Reads them, through the input's prologue.</summary>
    /// <param name="view">Memory.</param>
    /// <param name="at">Place of the row's first column.</param>
    /// <param name="first">First column wanted.</param>
    /// <param name="reads">How many, a constant.</param>
    /// <param name="isRow">Whether the row lies in the image, if columns need not either.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="pitch">Channels of a pixel.</param>
    /// <param name="count">Channels from the first on.</param>
    /// <param name="scale">The channels' scales.</param>
    /// <param name="shift">The channels' shifts.</param>
    public static TileColumns<T> Load<TBorder, TInput>(
        View view, int at, int first, int reads, bool isRow, int width, int pitch, int count, T scale, T shift)
        where TBorder : unmanaged, IBorder
        where TInput : unmanaged, IInput => new(
            Read<TBorder, TInput>(view, at, first, isRow, width, pitch, count, scale, shift),
            Read<TBorder, TInput>(view, at, first + 1, isRow, width, pitch, count, scale, shift),
            Read<TBorder, TInput>(view, at, first + 2, isRow, width, pitch, count, scale, shift),
            reads > 3 ? Read<TBorder, TInput>(view, at, first + 3, isRow, width, pitch, count, scale, shift) : T.Of(0f),
            reads > 4 ? Read<TBorder, TInput>(view, at, first + 4, isRow, width, pitch, count, scale, shift) : T.Of(0f),
            reads > 5 ? Read<TBorder, TInput>(view, at, first + 5, isRow, width, pitch, count, scale, shift) : T.Of(0f),
            reads > 6 ? Read<TBorder, TInput>(view, at, first + 6, isRow, width, pitch, count, scale, shift) : T.Of(0f),
            reads > 7 ? Read<TBorder, TInput>(view, at, first + 7, isRow, width, pitch, count, scale, shift) : T.Of(0f),
            reads > 8 ? Read<TBorder, TInput>(view, at, first + 8, isRow, width, pitch, count, scale, shift) : T.Of(0f),
            reads > 9 ? Read<TBorder, TInput>(view, at, first + 9, isRow, width, pitch, count, scale, shift) : T.Of(0f),
            reads > 10 ? Read<TBorder, TInput>(view, at, first + 10, isRow, width, pitch, count, scale, shift) : T.Of(0f));

    // Beyond the image the nearest column is read instead and taken as 0, for a load without a branch.
    private static T Read<TBorder, TInput>(View view, int at, int column, bool isRow, int width, int pitch, int count, T scale, T shift)
        where TBorder : unmanaged, IBorder
        where TInput : unmanaged, IInput
    {
        if (!TBorder.IsNear)
            return TInput.Apply(TInput.Values<T>(view, at + (column * pitch), count), scale, shift);
        int nearest = ILGPU.IntrinsicMath.Min(ILGPU.IntrinsicMath.Max(column, 0), width - 1);
        return T.Where(isRow & (nearest == column), TInput.Apply(TInput.Values<T>(view, at + (nearest * pitch), count), scale, shift));
    }
}

/// <summary>Whether the columns that a tile reads can lie outside the image.</summary>
internal interface IBorder
{
    static abstract bool IsNear { get; }
}

/// <summary>They cannot.</summary>
internal readonly struct Inside : IBorder
{
    public static bool IsNear => false;
}

/// <summary>They can.</summary>
internal readonly struct Near : IBorder
{
    public static bool IsNear => true;
}

/// <summary>What a thread sums up backward: the gradient of each tap, and Σdy. Rows past a narrow filter are 0.</summary>
internal readonly struct TapSums<T>(
    FilterRow<T> row0, FilterRow<T> row1, FilterRow<T> row2, FilterRow<T> row3, FilterRow<T> row4, T bias)
    where T : unmanaged, IFloats<T>
{
    public readonly FilterRow<T> Row0 = row0, Row1 = row1, Row2 = row2, Row3 = row3, Row4 = row4;
    public readonly T Bias = bias;
}
