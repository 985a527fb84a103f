using ILGPU;

namespace GpuNet.Kernels;

/// <summary>Vectors of four that the channels of a head take.</summary>
internal interface IHeadWidth
{
    /// <summary>Their number, up to 8.</summary>
    static abstract int Vectors { get; }
}

/// <summary>Up to 4 channels.</summary>
internal readonly struct HeadOf4 : IHeadWidth
{
    public static int Vectors => 1;
}

/// <summary>Up to 8 channels.</summary>
internal readonly struct HeadOf8 : IHeadWidth
{
    public static int Vectors => 2;
}

/// <summary>Up to 16 channels.</summary>
internal readonly struct HeadOf16 : IHeadWidth
{
    public static int Vectors => 4;
}

/// <summary>Up to 24 channels.</summary>
internal readonly struct HeadOf24 : IHeadWidth
{
    public static int Vectors => 6;
}

/// <summary>Up to 32 channels.</summary>
internal readonly struct HeadOf32 : IHeadWidth
{
    public static int Vectors => 8;
}

/// <summary>
/// The channels of one head of one token, in registers. Every operation takes the width as a type, so that what lies past it is not
/// there when the kernel is compiled.
/// </summary>
internal readonly struct HeadChannels(Float4 a, Float4 b, Float4 c, Float4 d, Float4 e, Float4 f, Float4 g, Float4 h)
{
    private readonly Float4 a = a, b = b, c = c, d = d, e = e, f = f, g = g, h = h;

    /// <summary>Nothing but zeros.</summary>
    public static HeadChannels Zero
    {
        get
        {
            Float4 z = Float4.Of(0f);
            return new(z, z, z, z, z, z, z, z);
        }
    }

    /// <summary>Reads a head's channels; past their number they are 0.</summary>
    /// <param name="view">Memory.</param>
    /// <param name="at">Place of the first channel.</param>
    /// <param name="count">Channels there are; none if it is below 1.</param>
    public static HeadChannels Load<TWidth, TAccess>(View view, int at, int count)
        where TWidth : unmanaged, IHeadWidth
        where TAccess : unmanaged, IVectorAccess
    {
        Float4 z = Float4.Of(0f);
        return new(
            TAccess.Load(view, at, count),
            TWidth.Vectors > 1 ? TAccess.Load(view, at + 4, count - 4) : z,
            TWidth.Vectors > 2 ? TAccess.Load(view, at + 8, count - 8) : z,
            TWidth.Vectors > 3 ? TAccess.Load(view, at + 12, count - 12) : z,
            TWidth.Vectors > 4 ? TAccess.Load(view, at + 16, count - 16) : z,
            TWidth.Vectors > 5 ? TAccess.Load(view, at + 20, count - 20) : z,
            TWidth.Vectors > 6 ? TAccess.Load(view, at + 24, count - 24) : z,
            TWidth.Vectors > 7 ? TAccess.Load(view, at + 28, count - 28) : z);
    }

    /// <summary>Writes a head's channels, or adds them to what is there.</summary>
    /// <param name="view">Memory.</param>
    /// <param name="at">Place of the first channel.</param>
    /// <param name="value">The channels.</param>
    /// <param name="count">Channels there are; none if it is below 1.</param>
    /// <param name="add">1 to add, 0 to set.</param>
    public static void Store<TWidth, TAccess>(View view, int at, HeadChannels value, int count, int add)
        where TWidth : unmanaged, IHeadWidth
        where TAccess : unmanaged, IVectorAccess
    {
        if (add != 0)
            value = Add<TWidth>(Load<TWidth, TAccess>(view, at, count), 1f, value);
        TAccess.Store(view, at, value.a, count);
        if (TWidth.Vectors > 1)
            TAccess.Store(view, at + 4, value.b, count - 4);
        if (TWidth.Vectors > 2)
            TAccess.Store(view, at + 8, value.c, count - 8);
        if (TWidth.Vectors > 3)
            TAccess.Store(view, at + 12, value.d, count - 12);
        if (TWidth.Vectors > 4)
            TAccess.Store(view, at + 16, value.e, count - 16);
        if (TWidth.Vectors > 5)
            TAccess.Store(view, at + 20, value.f, count - 20);
        if (TWidth.Vectors > 6)
            TAccess.Store(view, at + 24, value.g, count - 24);
        if (TWidth.Vectors > 7)
            TAccess.Store(view, at + 28, value.h, count - 28);
    }

    /// <summary>Reads channels from shared memory.</summary>
    /// <param name="tile">The memory.</param>
    /// <param name="at">Place of the first vector.</param>
    public static HeadChannels From<TWidth>(ArrayView<Float4> tile, int at)
        where TWidth : unmanaged, IHeadWidth
    {
        Float4 z = Float4.Of(0f);
        return new(
            tile[at],
            TWidth.Vectors > 1 ? tile[at + 1] : z,
            TWidth.Vectors > 2 ? tile[at + 2] : z,
            TWidth.Vectors > 3 ? tile[at + 3] : z,
            TWidth.Vectors > 4 ? tile[at + 4] : z,
            TWidth.Vectors > 5 ? tile[at + 5] : z,
            TWidth.Vectors > 6 ? tile[at + 6] : z,
            TWidth.Vectors > 7 ? tile[at + 7] : z);
    }

    /// <summary>Writes channels to shared memory.</summary>
    /// <param name="tile">The memory.</param>
    /// <param name="at">Place of the first vector.</param>
    /// <param name="value">The channels.</param>
    public static void To<TWidth>(ArrayView<Float4> tile, int at, HeadChannels value)
        where TWidth : unmanaged, IHeadWidth
    {
        tile[at] = value.a;
        if (TWidth.Vectors > 1)
            tile[at + 1] = value.b;
        if (TWidth.Vectors > 2)
            tile[at + 2] = value.c;
        if (TWidth.Vectors > 3)
            tile[at + 3] = value.d;
        if (TWidth.Vectors > 4)
            tile[at + 4] = value.e;
        if (TWidth.Vectors > 5)
            tile[at + 5] = value.f;
        if (TWidth.Vectors > 6)
            tile[at + 6] = value.g;
        if (TWidth.Vectors > 7)
            tile[at + 7] = value.h;
    }

    /// <summary>Σ x·y.</summary>
    public static float Dot<TWidth>(HeadChannels x, HeadChannels y)
        where TWidth : unmanaged, IHeadWidth
    {
        Float4 sum = x.a * y.a;
        if (TWidth.Vectors > 1)
            sum += x.b * y.b;
        if (TWidth.Vectors > 2)
            sum += x.c * y.c;
        if (TWidth.Vectors > 3)
            sum += x.d * y.d;
        if (TWidth.Vectors > 4)
            sum += x.e * y.e;
        if (TWidth.Vectors > 5)
            sum += x.f * y.f;
        if (TWidth.Vectors > 6)
            sum += x.g * y.g;
        if (TWidth.Vectors > 7)
            sum += x.h * y.h;
        return sum.Sum;
    }

    /// <summary>x + s·y.</summary>
    public static HeadChannels Add<TWidth>(HeadChannels x, float s, HeadChannels y)
        where TWidth : unmanaged, IHeadWidth => new(
            x.a + (s * y.a),
            TWidth.Vectors > 1 ? x.b + (s * y.b) : x.b,
            TWidth.Vectors > 2 ? x.c + (s * y.c) : x.c,
            TWidth.Vectors > 3 ? x.d + (s * y.d) : x.d,
            TWidth.Vectors > 4 ? x.e + (s * y.e) : x.e,
            TWidth.Vectors > 5 ? x.f + (s * y.f) : x.f,
            TWidth.Vectors > 6 ? x.g + (s * y.g) : x.g,
            TWidth.Vectors > 7 ? x.h + (s * y.h) : x.h);

    /// <summary>s·x.</summary>
    public static HeadChannels Times<TWidth>(float s, HeadChannels x)
        where TWidth : unmanaged, IHeadWidth => new(
            s * x.a,
            TWidth.Vectors > 1 ? s * x.b : x.b,
            TWidth.Vectors > 2 ? s * x.c : x.c,
            TWidth.Vectors > 3 ? s * x.d : x.d,
            TWidth.Vectors > 4 ? s * x.e : x.e,
            TWidth.Vectors > 5 ? s * x.f : x.f,
            TWidth.Vectors > 6 ? s * x.g : x.g,
            TWidth.Vectors > 7 ? s * x.h : x.h);
}
