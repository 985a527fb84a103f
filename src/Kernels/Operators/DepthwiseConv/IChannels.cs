namespace GpuNet.Kernels;

/// <summary>How neighbouring channels of a pixel lie in memory.</summary>
/// <typeparam name="TChannels">The channels in registers.</typeparam>
internal interface IChannelStorage<TChannels>
    where TChannels : unmanaged
{
    /// <summary>Reads them.</summary>
    /// <param name="view">Memory.</param>
    /// <param name="at">Place of the first.</param>
    /// <param name="count">How many there are from there on; only a type that tests takes fewer than it holds.</param>
    static abstract TChannels Load(View view, int at, int count);

    /// <summary>Writes them.</summary>
    /// <param name="view">Memory.</param>
    /// <param name="at">Place of the first.</param>
    /// <param name="value">The channels.</param>
    /// <param name="count">How many there are from there on; only a type that tests takes fewer than it holds.</param>
    static abstract void Store(View view, int at, TChannels value, int count);
}

/// <summary>Neighbouring channels of a pixel that a thread takes together, held in registers; in memory they are floats.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
internal interface IChannels<TSelf> : IChannelStorage<TSelf>
    where TSelf : unmanaged, IChannels<TSelf>
{
    /// <summary>How many they are.</summary>
    static abstract int Count { get; }

    /// <summary>Whether fewer may be there: such code is not made for speed, and kept short.</summary>
    static abstract bool IsGuarded { get; }

    /// <summary>The same float for all.</summary>
    static abstract TSelf Of(float value);

    /// <summary>The channels, or zeros.</summary>
    static abstract TSelf Where(bool keep, TSelf value);

    /// <summary>The activation's values.</summary>
    static abstract TSelf Forward<TActivation>(TSelf z)
        where TActivation : unmanaged, IActivation;

    /// <summary>Sum, channel by channel.</summary>
    static abstract TSelf operator +(TSelf a, TSelf b);

    /// <summary>Product, channel by channel.</summary>
    static abstract TSelf operator *(TSelf a, TSelf b);
}
