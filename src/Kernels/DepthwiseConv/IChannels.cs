namespace GpuNet.Kernels;

/// <summary>Neighbouring channels of a pixel that a thread takes together, held in registers.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
internal interface IChannels<TSelf>
    where TSelf : unmanaged, IChannels<TSelf>
{
    /// <summary>How many they are.</summary>
    static abstract int Count { get; }

    /// <summary>The same float for all.</summary>
    static abstract TSelf Of(float value);

    /// <summary>Reads them.</summary>
    /// <param name="view">Memory.</param>
    /// <param name="at">Place of the first.</param>
    /// <param name="count">How many there are from there on; only a type that tests takes fewer than it holds.</param>
    static abstract TSelf Load(View view, int at, int count);

    /// <summary>Writes them.</summary>
    /// <param name="view">Memory.</param>
    /// <param name="at">Place of the first.</param>
    /// <param name="value">The channels.</param>
    /// <param name="count">How many there are from there on; only a type that tests takes fewer than it holds.</param>
    static abstract void Store(View view, int at, TSelf value, int count);

    /// <summary>The channels, or zeros.</summary>
    static abstract TSelf Where(bool keep, TSelf value);

    /// <summary>The activation's values.</summary>
    static abstract TSelf Forward<TActivation>(TSelf z)
        where TActivation : unmanaged, IActivation;

    /// <summary>The activation's slopes.</summary>
    static abstract TSelf Gradient<TActivation>(TSelf z)
        where TActivation : unmanaged, IActivation;

    /// <summary>Sum, channel by channel.</summary>
    static abstract TSelf operator +(TSelf a, TSelf b);

    /// <summary>Difference, channel by channel.</summary>
    static abstract TSelf operator -(TSelf a, TSelf b);

    /// <summary>Product, channel by channel.</summary>
    static abstract TSelf operator *(TSelf a, TSelf b);

    /// <summary>Each channel times a number.</summary>
    static abstract TSelf operator *(float a, TSelf b);
}
