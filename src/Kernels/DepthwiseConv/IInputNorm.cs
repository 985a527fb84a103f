namespace GpuNet.Kernels;

/// <summary>
/// What a depthwise kernel does to its input as it reads it. It differs from <see cref="IPrologue"/> in that the factors are read once a
/// thread: a value is used in up to 25 products, and each reading would otherwise ask for its factors again.
/// </summary>
internal interface IInputNorm
{
    /// <summary>Whether there is anything to do, and so factors: a row of scales, one of shifts.</summary>
    static abstract bool IsThere { get; }

    /// <summary>The values that take part in the sums.</summary>
    static abstract TChannels Apply<TChannels>(TChannels x, TChannels scale, TChannels shift)
        where TChannels : unmanaged, IChannels<TChannels>;

    /// <summary>The derivative of <see cref="Apply"/> by scale·x + shift.</summary>
    static abstract TChannels Gradient<TChannels>(TChannels x, TChannels scale, TChannels shift)
        where TChannels : unmanaged, IChannels<TChannels>;
}

/// <summary>The input as it is.</summary>
internal readonly struct RawInput : IInputNorm
{
    public static bool IsThere => false;

    static TChannels IInputNorm.Apply<TChannels>(TChannels x, TChannels scale, TChannels shift) => x;

    static TChannels IInputNorm.Gradient<TChannels>(TChannels x, TChannels scale, TChannels shift) => TChannels.Of(1f);
}

/// <summary>act(scale[c]·x + shift[c]): what <see cref="NormPrologue{TActivation}"/> gives.</summary>
internal readonly struct NormedInput<TActivation> : IInputNorm
    where TActivation : unmanaged, IActivation
{
    public static bool IsThere => true;

    static TChannels IInputNorm.Apply<TChannels>(TChannels x, TChannels scale, TChannels shift) =>
        TChannels.Forward<TActivation>((scale * x) + shift);

    static TChannels IInputNorm.Gradient<TChannels>(TChannels x, TChannels scale, TChannels shift) =>
        TChannels.Gradient<TActivation>((scale * x) + shift);
}
