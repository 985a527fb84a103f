namespace GpuNet.Kernels;

/// <summary>
/// What becomes of sums before they are written, and how the results lie in memory: an <see cref="Epilogue"/> as kernels see it. A bias,
/// and a residual that is added before the activation, belong to the sums.
/// </summary>
internal interface IEpilogue
{
    /// <summary>Whether anything is done to the sums.</summary>
    static abstract bool Finishes { get; }

    /// <summary>Whether a residual is added to what the activation gives; none is added before it then.</summary>
    static abstract bool AddsAfter { get; }

    /// <summary>Whether the sums' moments are kept (see <see cref="TileMoments"/>); the view of the residual then receives them.</summary>
    static abstract bool KeepsMoments { get; }

    /// <summary>Reads results, or a residual, which lies in memory as they do.</summary>
    static abstract T Load<T>(View view, int at, int count)
        where T : unmanaged, IFloats<T>;

    /// <summary>Writes results.</summary>
    static abstract void Store<T>(View y, int at, T value, int count)
        where T : unmanaged, IFloats<T>;

    /// <summary>The results of some sums.</summary>
    /// <param name="sum">The sums.</param>
    /// <param name="residual">A map of the result's extents.</param>
    /// <param name="at">Place of the first in it.</param>
    /// <param name="count">How many there are from there on.</param>
    static abstract T Finish<T>(T sum, View residual, int at, int count)
        where T : unmanaged, IFloats<T>;
}

/// <summary>The sums themselves.</summary>
internal readonly struct SumEpilogue<TOut> : IEpilogue
    where TOut : unmanaged, IVectorAccess
{
    public static bool Finishes => false;

    public static bool AddsAfter => false;

    public static bool KeepsMoments => false;

    static T IEpilogue.Load<T>(View view, int at, int count) => T.Load<TOut>(view, at, count);

    static void IEpilogue.Store<T>(View y, int at, T value, int count) => T.Store<TOut>(y, at, value, count);

    static T IEpilogue.Finish<T>(T sum, View residual, int at, int count) => sum;
}

/// <summary>act(sum).</summary>
internal readonly struct ActivationEpilogue<TActivation, TOut> : IEpilogue
    where TActivation : unmanaged, IActivation
    where TOut : unmanaged, IVectorAccess
{
    public static bool Finishes => true;

    public static bool AddsAfter => false;

    public static bool KeepsMoments => false;

    static T IEpilogue.Load<T>(View view, int at, int count) => T.Load<TOut>(view, at, count);

    static void IEpilogue.Store<T>(View y, int at, T value, int count) => T.Store<TOut>(y, at, value, count);

    static T IEpilogue.Finish<T>(T sum, View residual, int at, int count) => T.Activate<TActivation>(sum);
}

/// <summary>act(sum) + residual.</summary>
internal readonly struct ResidualEpilogue<TActivation, TOut> : IEpilogue
    where TActivation : unmanaged, IActivation
    where TOut : unmanaged, IVectorAccess
{
    public static bool Finishes => true;

    public static bool AddsAfter => true;

    public static bool KeepsMoments => false;

    static T IEpilogue.Load<T>(View view, int at, int count) => T.Load<TOut>(view, at, count);

    static void IEpilogue.Store<T>(View y, int at, T value, int count) => T.Store<TOut>(y, at, value, count);

    static T IEpilogue.Finish<T>(T sum, View residual, int at, int count) =>
        T.Activate<TActivation>(sum) + T.Load<TOut>(residual, at, count);
}

/// <summary>The sums themselves, and what a batch norm behind them needs; by tiles in shared memory only.</summary>
internal readonly struct MomentsEpilogue<TOut> : IEpilogue
    where TOut : unmanaged, IVectorAccess
{
    public static bool Finishes => false;

    public static bool AddsAfter => false;

    public static bool KeepsMoments => true;

    static T IEpilogue.Load<T>(View view, int at, int count) => T.Load<TOut>(view, at, count);

    static void IEpilogue.Store<T>(View y, int at, T value, int count) => T.Store<TOut>(y, at, value, count);

    static T IEpilogue.Finish<T>(T sum, View residual, int at, int count) => sum;
}
