namespace GpuNet.Kernels;

/// <summary>
/// What a depthwise kernel does to its input as it reads it: <see cref="IPrologue"/> for values whose channels have their factors in
/// registers. Padding stays 0.
/// </summary>
internal interface IChannelPrologue
{
    /// <summary>Whether there are factors.</summary>
    static abstract bool HasFactors { get; }

    /// <summary>The values that take part in the sums.</summary>
    static abstract T Apply<T>(T x, T scale, T shift)
        where T : unmanaged, IChannels<T>;
}

/// <summary>The input as it is.</summary>
internal readonly struct PlainInput : IChannelPrologue
{
    public static bool HasFactors => false;

    static T IChannelPrologue.Apply<T>(T x, T scale, T shift) => x;
}

/// <summary>act(scale[c]·x + shift[c]): a batch norm with its activation. Factors: a row of scales, then one of shifts.</summary>
internal readonly struct NormedInput<TActivation> : IChannelPrologue
    where TActivation : unmanaged, IActivation
{
    public static bool HasFactors => true;

    static T IChannelPrologue.Apply<T>(T x, T scale, T shift) => T.Forward<TActivation>((scale * x) + shift);
}
