namespace GpuNet.Kernels;

/// <summary>
/// A square, undilated window and all products of a row of its taps with a tile of four pixels, written out: a compiler of kernels
/// unrolls no loop, and a choice that is made for every product makes it slow.
/// </summary>
internal interface IWindowShape
{
    /// <summary>Kernel rows and columns: 3 or 5.</summary>
    static abstract int Size { get; }

    /// <summary>Step in both directions: 1 or 2.</summary>
    static abstract int Stride { get; }

    /// <summary>Adds the products of input columns, from the first that the tile of outputs meets.</summary>
    static abstract RowTile<T> Outputs<T>(RowTile<T> sums, TileColumns<T> x, FilterRow<T> k)
        where T : unmanaged, IFloats<T>;

    /// <summary>Adds to the gradients of a tile of inputs what columns of dy, from the first that the tile meets, contribute.</summary>
    static abstract RowTile<T> Data<T>(RowTile<T> sums, TileColumns<T> dy, FilterRow<T> k)
        where T : unmanaged, IFloats<T>;

    /// <summary>Adds to the gradients of the taps what the same columns contribute with the tile's inputs.</summary>
    static abstract FilterRow<T> Filter<T>(FilterRow<T> sums, TileColumns<T> dy, RowTile<T> x)
        where T : unmanaged, IFloats<T>;

    /// <summary>The sum of those columns of dy that tap (0, 0) meets in the tile, so that each is counted in one tile.</summary>
    static abstract T Bias<T>(TileColumns<T> dy)
        where T : unmanaged, IFloats<T>;
}

/// <summary>3x3.</summary>
internal readonly struct Window3 : IWindowShape
{
    public static int Size => 3;

    public static int Stride => 1;

    static RowTile<T> IWindowShape.Outputs<T>(RowTile<T> s, TileColumns<T> x, FilterRow<T> k) => new(
        k.Add(s.A, x.X0, x.X1, x.X2), k.Add(s.B, x.X1, x.X2, x.X3), k.Add(s.C, x.X2, x.X3, x.X4), k.Add(s.D, x.X3, x.X4, x.X5));

    static RowTile<T> IWindowShape.Data<T>(RowTile<T> s, TileColumns<T> dy, FilterRow<T> k) => new(
        k.Add(s.A, dy.X2, dy.X1, dy.X0), k.Add(s.B, dy.X3, dy.X2, dy.X1), k.Add(s.C, dy.X4, dy.X3, dy.X2),
        k.Add(s.D, dy.X5, dy.X4, dy.X3));

    static FilterRow<T> IWindowShape.Filter<T>(FilterRow<T> s, TileColumns<T> dy, RowTile<T> x) => new(
        x.Add(s.K0, dy.X2, dy.X3, dy.X4, dy.X5), x.Add(s.K1, dy.X1, dy.X2, dy.X3, dy.X4), x.Add(s.K2, dy.X0, dy.X1, dy.X2, dy.X3), s.K3,
        s.K4);

    static T IWindowShape.Bias<T>(TileColumns<T> dy) => (dy.X2 + dy.X3) + (dy.X4 + dy.X5);
}

/// <summary>3x3, every other pixel.</summary>
internal readonly struct Window3Stride2 : IWindowShape
{
    public static int Size => 3;

    public static int Stride => 2;

    static RowTile<T> IWindowShape.Outputs<T>(RowTile<T> s, TileColumns<T> x, FilterRow<T> k) => new(
        k.Add(s.A, x.X0, x.X1, x.X2), k.Add(s.B, x.X2, x.X3, x.X4), k.Add(s.C, x.X4, x.X5, x.X6), k.Add(s.D, x.X6, x.X7, x.X8));

    static RowTile<T> IWindowShape.Data<T>(RowTile<T> s, TileColumns<T> dy, FilterRow<T> k) => new(
        s.A + (dy.X1 * k.K0) + (dy.X0 * k.K2), s.B + (dy.X1 * k.K1), s.C + (dy.X2 * k.K0) + (dy.X1 * k.K2), s.D + (dy.X2 * k.K1));

    static FilterRow<T> IWindowShape.Filter<T>(FilterRow<T> s, TileColumns<T> dy, RowTile<T> x) => new(
        s.K0 + (dy.X1 * x.A) + (dy.X2 * x.C), s.K1 + (dy.X1 * x.B) + (dy.X2 * x.D), s.K2 + (dy.X0 * x.A) + (dy.X1 * x.C), s.K3, s.K4);

    static T IWindowShape.Bias<T>(TileColumns<T> dy) => dy.X1 + dy.X2;
}

/// <summary>5x5.</summary>
internal readonly struct Window5 : IWindowShape
{
    public static int Size => 5;

    public static int Stride => 1;

    static RowTile<T> IWindowShape.Outputs<T>(RowTile<T> s, TileColumns<T> x, FilterRow<T> k) => new(
        k.Add(s.A, x.X0, x.X1, x.X2, x.X3, x.X4), k.Add(s.B, x.X1, x.X2, x.X3, x.X4, x.X5),
        k.Add(s.C, x.X2, x.X3, x.X4, x.X5, x.X6), k.Add(s.D, x.X3, x.X4, x.X5, x.X6, x.X7));

    static RowTile<T> IWindowShape.Data<T>(RowTile<T> s, TileColumns<T> dy, FilterRow<T> k) => new(
        k.Add(s.A, dy.X4, dy.X3, dy.X2, dy.X1, dy.X0), k.Add(s.B, dy.X5, dy.X4, dy.X3, dy.X2, dy.X1),
        k.Add(s.C, dy.X6, dy.X5, dy.X4, dy.X3, dy.X2), k.Add(s.D, dy.X7, dy.X6, dy.X5, dy.X4, dy.X3));

    static FilterRow<T> IWindowShape.Filter<T>(FilterRow<T> s, TileColumns<T> dy, RowTile<T> x) => new(
        x.Add(s.K0, dy.X4, dy.X5, dy.X6, dy.X7), x.Add(s.K1, dy.X3, dy.X4, dy.X5, dy.X6), x.Add(s.K2, dy.X2, dy.X3, dy.X4, dy.X5),
        x.Add(s.K3, dy.X1, dy.X2, dy.X3, dy.X4), x.Add(s.K4, dy.X0, dy.X1, dy.X2, dy.X3));

    static T IWindowShape.Bias<T>(TileColumns<T> dy) => (dy.X4 + dy.X5) + (dy.X6 + dy.X7);
}

/// <summary>5x5, every other pixel.</summary>
internal readonly struct Window5Stride2 : IWindowShape
{
    public static int Size => 5;

    public static int Stride => 2;

    static RowTile<T> IWindowShape.Outputs<T>(RowTile<T> s, TileColumns<T> x, FilterRow<T> k) => new(
        k.Add(s.A, x.X0, x.X1, x.X2, x.X3, x.X4), k.Add(s.B, x.X2, x.X3, x.X4, x.X5, x.X6),
        k.Add(s.C, x.X4, x.X5, x.X6, x.X7, x.X8), k.Add(s.D, x.X6, x.X7, x.X8, x.X9, x.X10));

    static RowTile<T> IWindowShape.Data<T>(RowTile<T> s, TileColumns<T> dy, FilterRow<T> k) => new(
        s.A + (dy.X2 * k.K0) + (dy.X1 * k.K2) + (dy.X0 * k.K4), s.B + (dy.X2 * k.K1) + (dy.X1 * k.K3),
        s.C + (dy.X3 * k.K0) + (dy.X2 * k.K2) + (dy.X1 * k.K4), s.D + (dy.X3 * k.K1) + (dy.X2 * k.K3));

    static FilterRow<T> IWindowShape.Filter<T>(FilterRow<T> s, TileColumns<T> dy, RowTile<T> x) => new(
        s.K0 + (dy.X2 * x.A) + (dy.X3 * x.C), s.K1 + (dy.X2 * x.B) + (dy.X3 * x.D), s.K2 + (dy.X1 * x.A) + (dy.X2 * x.C),
        s.K3 + (dy.X1 * x.B) + (dy.X2 * x.D), s.K4 + (dy.X0 * x.A) + (dy.X1 * x.C));

    static T IWindowShape.Bias<T>(TileColumns<T> dy) => dy.X2 + dy.X3;
}
