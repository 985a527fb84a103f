namespace GpuNet.Kernels;

/// <summary>What a thread sums up of the values it makes, told apart from the first of them: a large mean costs no digits.</summary>
/// <typeparam name="T">Channels that the thread takes together.</typeparam>
internal readonly struct ChannelMoments<T>(T origin, T sum, T squares, int count)
    where T : unmanaged, IFloats<T>
{
    /// <summary>The first value times −1; Σd and Σd² of d = value − first.</summary>
    public readonly T Origin = origin, Sum = sum, Squares = squares;

    /// <summary>Values.</summary>
    public readonly int Count = count;

    /// <summary>With one more value.</summary>
    public static ChannelMoments<T> Add(ChannelMoments<T> m, T value)
    {
        T d = value + m.Origin;
        return new ChannelMoments<T>(m.Origin, m.Sum + d, m.Squares + (d * d), m.Count + 1);
    }

    /// <summary>Σ value.</summary>
    public T Total() => Sum + (T.Of(-Count) * Origin);

    /// <summary>Σ (value − mean)².</summary>
    public T Deviations(T mean)
    {
        T e = (T.Of(-1f) * Origin) + (T.Of(-1f) * mean);
        return Squares + (e * ((T.Of(2f) * Sum) + (T.Of(Count) * e)));
    }
}
