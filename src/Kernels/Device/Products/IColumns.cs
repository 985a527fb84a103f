namespace GpuNet.Kernels;

/// <summary>Neighbouring columns of a tile's row, in registers.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
internal interface IColumns<TSelf>
    where TSelf : unmanaged, IColumns<TSelf>
{
    /// <summary>How many there are.</summary>
    static abstract int Count { get; }

    /// <summary>Sums before anything is added.</summary>
    static abstract TSelf Zero { get; }

    /// <summary>Reads the columns; those past <paramref name="count"/>, where a tile may have such, are 0 and not touched.</summary>
    static abstract TSelf Load<TAccess>(View view, int at, int count)
        where TAccess : unmanaged, IVectorAccess;

    /// <summary>Writes the columns; those past <paramref name="count"/>, where a tile may have such, are left as they are.</summary>
    static abstract void Store<TAccess>(View view, int at, TSelf value, int count)
        where TAccess : unmanaged, IVectorAccess;

    /// <summary>factor·x + sum, column by column.</summary>
    static abstract TSelf MultiplyAdd(float factor, TSelf x, TSelf sum);

    /// <summary>a + b, column by column.</summary>
    static abstract TSelf Add(TSelf a, TSelf b);
}

/// <summary>Four columns, or fewer where the matrix ends.</summary>
internal struct Columns4(Float4 a) : IColumns<Columns4>
{
    public Float4 A = a;

    public static int Count => 4;

    public static Columns4 Zero => new(Float4.Of(0f));

    public static Columns4 Load<TAccess>(View view, int at, int count)
        where TAccess : unmanaged, IVectorAccess => new(TAccess.Load(view, at, count));

    public static void Store<TAccess>(View view, int at, Columns4 value, int count)
        where TAccess : unmanaged, IVectorAccess => TAccess.Store(view, at, value.A, count);

    public static Columns4 MultiplyAdd(float factor, Columns4 x, Columns4 sum) => new((factor * x.A) + sum.A);

    public static Columns4 Add(Columns4 a, Columns4 b) => new(a.A + b.A);
}

/// <summary>Eight columns that are all there.</summary>
internal struct Columns8(Float4 a, Float4 b) : IColumns<Columns8>
{
    public Float4 A = a, B = b;

    public static int Count => 8;

    public static Columns8 Zero => new(Float4.Of(0f), Float4.Of(0f));

    public static Columns8 Load<TAccess>(View view, int at, int count)
        where TAccess : unmanaged, IVectorAccess => new(TAccess.Read(view, at, 0), TAccess.Read(view, at, 1));

    public static void Store<TAccess>(View view, int at, Columns8 value, int count)
        where TAccess : unmanaged, IVectorAccess
    {
        TAccess.Write(view, at, 0, value.A);
        TAccess.Write(view, at, 1, value.B);
    }

    public static Columns8 MultiplyAdd(float factor, Columns8 x, Columns8 sum) => new((factor * x.A) + sum.A, (factor * x.B) + sum.B);

    public static Columns8 Add(Columns8 a, Columns8 b) => new(a.A + b.A, a.B + b.B);
}

/// <summary>Sixteen columns that are all there.</summary>
internal struct Columns16(Float4 a, Float4 b, Float4 c, Float4 d) : IColumns<Columns16>
{
    public Float4 A = a, B = b, C = c, D = d;

    public static int Count => 16;

    public static Columns16 Zero => new(Float4.Of(0f), Float4.Of(0f), Float4.Of(0f), Float4.Of(0f));

    public static Columns16 Load<TAccess>(View view, int at, int count)
        where TAccess : unmanaged, IVectorAccess =>
        new(TAccess.Read(view, at, 0), TAccess.Read(view, at, 1), TAccess.Read(view, at, 2), TAccess.Read(view, at, 3));

    public static void Store<TAccess>(View view, int at, Columns16 value, int count)
        where TAccess : unmanaged, IVectorAccess
    {
        TAccess.Write(view, at, 0, value.A);
        TAccess.Write(view, at, 1, value.B);
        TAccess.Write(view, at, 2, value.C);
        TAccess.Write(view, at, 3, value.D);
    }

    public static Columns16 MultiplyAdd(float factor, Columns16 x, Columns16 sum) =>
        new((factor * x.A) + sum.A, (factor * x.B) + sum.B, (factor * x.C) + sum.C, (factor * x.D) + sum.D);

    public static Columns16 Add(Columns16 a, Columns16 b) => new(a.A + b.A, a.B + b.B, a.C + b.C, a.D + b.D);
}
