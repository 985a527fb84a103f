using System.Runtime.CompilerServices;

namespace GpuNet.Kernels.Host;

/// <summary>
/// A row of a register tile: a few registers side by side. As a struct of at most four fields it is kept in registers.
/// </summary>
internal unsafe interface ITileRow<TSelf>
    where TSelf : unmanaged, ITileRow<TSelf>
{
    /// <summary>Elements of the row.</summary>
    static abstract int Count { get; }

    /// <summary>Reads a row.</summary>
    static abstract TSelf Load(float* source);

    /// <summary>Reads the first elements only; the rest are 0.</summary>
    static abstract TSelf LoadFirst(float* source, int count);

    /// <summary>Writes a row.</summary>
    static abstract void Store(TSelf value, float* target);

    /// <summary>Writes the first elements only.</summary>
    static abstract void StoreFirst(TSelf value, float* target, int count);

    /// <summary>*a · b + c.</summary>
    static abstract TSelf MultiplyAdd(float* a, TSelf b, TSelf c);

    /// <summary>The row moved into [low, high].</summary>
    static abstract TSelf Clamp(TSelf value, float low, float high);
}

/// <summary>One register.</summary>
internal readonly unsafe struct TileRow1<TLanes> : ITileRow<TileRow1<TLanes>>
    where TLanes : unmanaged, ILanes<TLanes>
{
    private readonly TLanes first;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TileRow1(TLanes first) => this.first = first;

    public static int Count => TLanes.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TileRow1<TLanes> Load(float* source) => new(TLanes.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TileRow1<TLanes> LoadFirst(float* source, int count) => new(TLanes.LoadFirst(source, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(TileRow1<TLanes> value, float* target)
    {
        TLanes.Store(value.first, target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFirst(TileRow1<TLanes> value, float* target, int count)
    {
        TLanes.StoreFirst(value.first, target, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TileRow1<TLanes> MultiplyAdd(float* a, TileRow1<TLanes> b, TileRow1<TLanes> c)
    {
        TLanes x = TLanes.Create(*a);
        return new(TLanes.MultiplyAdd(x, b.first, c.first));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TileRow1<TLanes> Clamp(TileRow1<TLanes> value, float low, float high)
    {
        TLanes l = TLanes.Create(low), h = TLanes.Create(high);
        return new(TLanes.Clamp(value.first, l, h));
    }
}

/// <summary>Two registers.</summary>
internal readonly unsafe struct TileRow2<TLanes> : ITileRow<TileRow2<TLanes>>
    where TLanes : unmanaged, ILanes<TLanes>
{
    private readonly TLanes first, second;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TileRow2(TLanes first, TLanes second)
    {
        this.first = first;
        this.second = second;
    }

    public static int Count => 2 * TLanes.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TileRow2<TLanes> Load(float* source) => new(TLanes.Load(source), TLanes.Load(source + TLanes.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TileRow2<TLanes> LoadFirst(float* source, int count) => new(
        TLanes.LoadFirst(source, count),
        TLanes.LoadFirst(source + TLanes.Count, count - TLanes.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(TileRow2<TLanes> value, float* target)
    {
        TLanes.Store(value.first, target);
        TLanes.Store(value.second, target + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFirst(TileRow2<TLanes> value, float* target, int count)
    {
        TLanes.StoreFirst(value.first, target, count);
        TLanes.StoreFirst(value.second, target + TLanes.Count, count - TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TileRow2<TLanes> MultiplyAdd(float* a, TileRow2<TLanes> b, TileRow2<TLanes> c)
    {
        TLanes x = TLanes.Create(*a);
        return new(TLanes.MultiplyAdd(x, b.first, c.first), TLanes.MultiplyAdd(x, b.second, c.second));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TileRow2<TLanes> Clamp(TileRow2<TLanes> value, float low, float high)
    {
        TLanes l = TLanes.Create(low), h = TLanes.Create(high);
        return new(TLanes.Clamp(value.first, l, h), TLanes.Clamp(value.second, l, h));
    }
}
