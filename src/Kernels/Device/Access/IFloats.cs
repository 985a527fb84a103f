using ILGPU.Algorithms;

namespace GpuNet.Kernels;

/// <summary>
/// A few neighbouring floats in a thread's registers, the columns of a product or the channels of a pixel, and the arithmetic on them.
/// Kernels are written once for any number of them: 1, 4, which is what a GPU loads and stores at once, or 8 and 16, which register tiles
/// and the compilers of processors make most of.
/// </summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
internal interface IFloats<TSelf>
    where TSelf : unmanaged, IFloats<TSelf>
{
    /// <summary>How many they are.</summary>
    static abstract int Count { get; }

    /// <summary>The same float for all.</summary>
    static abstract TSelf Of(float value);

    /// <summary>Reads them.</summary>
    /// <typeparam name="TAccess">How memory is reached.</typeparam>
    /// <param name="view">Memory.</param>
    /// <param name="at">Place of the first.</param>
    /// <param name="count">How many there are from there on; more than four are always all there.</param>
    static abstract TSelf Load<TAccess>(View view, int at, int count)
        where TAccess : unmanaged, IVectorAccess;

    /// <summary>Writes them; see <see cref="Load"/>.</summary>
    static abstract void Store<TAccess>(View view, int at, TSelf value, int count)
        where TAccess : unmanaged, IVectorAccess;

    /// <summary>factor·x + sum, float by float.</summary>
    static abstract TSelf MultiplyAdd(float factor, TSelf x, TSelf sum);

    /// <summary>The floats, or zeros.</summary>
    static abstract TSelf Where(bool keep, TSelf value);

    /// <summary>The activation of each.</summary>
    static abstract TSelf Activate<TActivation>(TSelf z)
        where TActivation : unmanaged, IActivation;

    /// <summary>Sum, float by float.</summary>
    static abstract TSelf operator +(TSelf a, TSelf b);

    /// <summary>Product, float by float.</summary>
    static abstract TSelf operator *(TSelf a, TSelf b);
}

/// <summary>One.</summary>
internal struct Float1(float x) : IFloats<Float1>, IArithmetic<Float1>
{
    public float X = x;

    public static int Count => 1;

    public static Float1 Of(float value) => new(value);

    public static Float1 Load<TAccess>(View view, int at, int count)
        where TAccess : unmanaged, IVectorAccess => new(TAccess.Get(view, at));

    public static void Store<TAccess>(View view, int at, Float1 value, int count)
        where TAccess : unmanaged, IVectorAccess => TAccess.Set(view, at, value.X);

    public static Float1 MultiplyAdd(float factor, Float1 x, Float1 sum) => new((factor * x.X) + sum.X);

    public static Float1 Where(bool keep, Float1 value) => new(keep ? value.X : 0f);

    public static Float1 Activate<TActivation>(Float1 z)
        where TActivation : unmanaged, IActivation => new(TActivation.Forward(z.X));

    public static Float1 operator +(Float1 a, Float1 b) => new(a.X + b.X);

    public static Float1 operator *(Float1 a, Float1 b) => new(a.X * b.X);

    public static Float1 operator -(Float1 a, Float1 b) => new(a.X - b.X);

    public static Float1 operator /(Float1 a, Float1 b) => new(a.X / b.X);

    static Float1 IArithmetic<Float1>.Create(float value) => new(value);

    static Float1 IArithmetic<Float1>.MultiplyAdd(Float1 a, Float1 b, Float1 c) => new((a.X * b.X) + c.X);

    static Float1 IArithmetic<Float1>.Sqrt(Float1 a) => new(XMath.Sqrt(a.X));

    static Float1 IArithmetic<Float1>.WhereGreater(Float1 a, Float1 b, Float1 yes, Float1 no) => new(a.X > b.X ? yes.X : no.X);
}

/// <summary>
/// Four, one vector of a GPU: <c>view.Cast&lt;Float4&gt;()[i / 4]</c>. The view must start on a 16-byte boundary, and so must the element.
/// </summary>
internal struct Float4(float x, float y, float z, float w) : IFloats<Float4>, IArithmetic<Float4>
{
    public float X = x, Y = y, Z = z, W = w;

    public static int Count => 4;

    /// <summary>The sum of the four.</summary>
    public readonly float Sum => (X + Y) + (Z + W);

    public static Float4 Of(float value) => new(value, value, value, value);

    public static Float4 Load<TAccess>(View view, int at, int count)
        where TAccess : unmanaged, IVectorAccess => TAccess.Load(view, at, count);

    public static void Store<TAccess>(View view, int at, Float4 value, int count)
        where TAccess : unmanaged, IVectorAccess => TAccess.Store(view, at, value, count);

    public static Float4 MultiplyAdd(float factor, Float4 x, Float4 sum) => (factor * x) + sum;

    public static Float4 Where(bool keep, Float4 v) => new(keep ? v.X : 0f, keep ? v.Y : 0f, keep ? v.Z : 0f, keep ? v.W : 0f);

    public static Float4 Activate<TActivation>(Float4 z)
        where TActivation : unmanaged, IActivation =>
        new(TActivation.Forward(z.X), TActivation.Forward(z.Y), TActivation.Forward(z.Z), TActivation.Forward(z.W));

    /// <summary>The activation's slope at each.</summary>
    public static Float4 Gradient<TActivation>(Float4 z)
        where TActivation : unmanaged, IActivation =>
        new(TActivation.Gradient(z.X), TActivation.Gradient(z.Y), TActivation.Gradient(z.Z), TActivation.Gradient(z.W));

    /// <summary>Each, or 0 where it is below.</summary>
    public static Float4 NotNegative(Float4 v) => new(MathF.Max(v.X, 0f), MathF.Max(v.Y, 0f), MathF.Max(v.Z, 0f), MathF.Max(v.W, 0f));

    public static Float4 operator +(Float4 a, Float4 b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z, a.W + b.W);

    public static Float4 operator -(Float4 a, Float4 b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z, a.W - b.W);

    public static Float4 operator *(Float4 a, Float4 b) => new(a.X * b.X, a.Y * b.Y, a.Z * b.Z, a.W * b.W);

    public static Float4 operator *(float a, Float4 b) => new(a * b.X, a * b.Y, a * b.Z, a * b.W);

    public static Float4 operator /(Float4 a, Float4 b) => new(a.X / b.X, a.Y / b.Y, a.Z / b.Z, a.W / b.W);

    static Float4 IArithmetic<Float4>.Create(float value) => Of(value);

    static Float4 IArithmetic<Float4>.MultiplyAdd(Float4 a, Float4 b, Float4 c) => (a * b) + c;

    static Float4 IArithmetic<Float4>.Sqrt(Float4 a) => new(XMath.Sqrt(a.X), XMath.Sqrt(a.Y), XMath.Sqrt(a.Z), XMath.Sqrt(a.W));

    static Float4 IArithmetic<Float4>.WhereGreater(Float4 a, Float4 b, Float4 yes, Float4 no) => new(
        a.X > b.X ? yes.X : no.X, a.Y > b.Y ? yes.Y : no.Y, a.Z > b.Z ? yes.Z : no.Z, a.W > b.W ? yes.W : no.W);
}

/// <summary>Eight that are all there.</summary>
internal struct Float8(Float4 a, Float4 b) : IFloats<Float8>
{
    public Float4 A = a, B = b;

    public static int Count => 8;

    public static Float8 Of(float value) => new(Float4.Of(value), Float4.Of(value));

    public static Float8 Load<TAccess>(View view, int at, int count)
        where TAccess : unmanaged, IVectorAccess => new(TAccess.Read(view, at, 0), TAccess.Read(view, at, 1));

    public static void Store<TAccess>(View view, int at, Float8 value, int count)
        where TAccess : unmanaged, IVectorAccess
    {
        TAccess.Write(view, at, 0, value.A);
        TAccess.Write(view, at, 1, value.B);
    }

    public static Float8 MultiplyAdd(float factor, Float8 x, Float8 sum) => new((factor * x.A) + sum.A, (factor * x.B) + sum.B);

    public static Float8 Where(bool keep, Float8 v) => new(Float4.Where(keep, v.A), Float4.Where(keep, v.B));

    public static Float8 Activate<TActivation>(Float8 z)
        where TActivation : unmanaged, IActivation => new(Float4.Activate<TActivation>(z.A), Float4.Activate<TActivation>(z.B));

    public static Float8 operator +(Float8 a, Float8 b) => new(a.A + b.A, a.B + b.B);

    public static Float8 operator *(Float8 a, Float8 b) => new(a.A * b.A, a.B * b.B);
}

/// <summary>Sixteen that are all there: processors make of them the widest register there is.</summary>
internal struct Float16(Float4 a, Float4 b, Float4 c, Float4 d) : IFloats<Float16>
{
    public Float4 A = a, B = b, C = c, D = d;

    public static int Count => 16;

    public static Float16 Of(float value) => new(Float4.Of(value), Float4.Of(value), Float4.Of(value), Float4.Of(value));

    public static Float16 Load<TAccess>(View view, int at, int count)
        where TAccess : unmanaged, IVectorAccess =>
        new(TAccess.Read(view, at, 0), TAccess.Read(view, at, 1), TAccess.Read(view, at, 2), TAccess.Read(view, at, 3));

    public static void Store<TAccess>(View view, int at, Float16 value, int count)
        where TAccess : unmanaged, IVectorAccess
    {
        TAccess.Write(view, at, 0, value.A);
        TAccess.Write(view, at, 1, value.B);
        TAccess.Write(view, at, 2, value.C);
        TAccess.Write(view, at, 3, value.D);
    }

    public static Float16 MultiplyAdd(float factor, Float16 x, Float16 sum) =>
        new((factor * x.A) + sum.A, (factor * x.B) + sum.B, (factor * x.C) + sum.C, (factor * x.D) + sum.D);

    public static Float16 Where(bool keep, Float16 v) =>
        new(Float4.Where(keep, v.A), Float4.Where(keep, v.B), Float4.Where(keep, v.C), Float4.Where(keep, v.D));

    public static Float16 Activate<TActivation>(Float16 z)
        where TActivation : unmanaged, IActivation => new(
            Float4.Activate<TActivation>(z.A), Float4.Activate<TActivation>(z.B), Float4.Activate<TActivation>(z.C),
            Float4.Activate<TActivation>(z.D));

    public static Float16 operator +(Float16 x, Float16 y) => new(x.A + y.A, x.B + y.B, x.C + y.C, x.D + y.D);

    public static Float16 operator *(Float16 x, Float16 y) => new(x.A * y.A, x.B * y.B, x.C * y.C, x.D * y.D);
}
