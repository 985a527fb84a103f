namespace GpuNet.Kernels;

/// <summary>Channels of four neighbouring pixels of a row: a thread's sums.</summary>
internal readonly struct RowTile<TChannels>(TChannels a, TChannels b, TChannels c, TChannels d)
    where TChannels : unmanaged, IChannels<TChannels>
{
    public readonly TChannels A = a, B = b, C = c, D = d;
}

/// <summary>A row of a filter; of a narrow one the last are 0.</summary>
internal readonly struct FilterRow<TChannels>(TChannels k0, TChannels k1, TChannels k2, TChannels k3, TChannels k4)
    where TChannels : unmanaged, IChannels<TChannels>
{
    public readonly TChannels K0 = k0, K1 = k1, K2 = k2, K3 = k3, K4 = k4;

    public static FilterRow<TChannels> Load<TWindow>(View weight, int at, int pitch, int count)
        where TWindow : unmanaged, IWindowShape => new(
            TChannels.Load(weight, at, count),
            TChannels.Load(weight, at + pitch, count),
            TChannels.Load(weight, at + (2 * pitch), count),
            TWindow.Size > 3 ? TChannels.Load(weight, at + (3 * pitch), count) : TChannels.Of(0f),
            TWindow.Size > 3 ? TChannels.Load(weight, at + (4 * pitch), count) : TChannels.Of(0f));
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
