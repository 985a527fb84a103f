namespace GpuNet.Kernels;

/// <summary>What becomes of the sums of a product before they are written. Bias, and what is added before the activation, are where they start.</summary>
internal interface IProductEnd
{
    /// <summary>Whether anything is to be done to the sums.</summary>
    static abstract bool Finishes { get; }

    /// <summary>Whether the sums' moments are left (see <see cref="TileMoments"/>); the extra view is then what receives them.</summary>
    static abstract bool LeavesMoments { get; }

    /// <summary>The values to write.</summary>
    /// <typeparam name="TAccess">How four neighbouring columns are reached.</typeparam>
    /// <param name="sum">Sums of four neighbouring columns.</param>
    /// <param name="extra">A map of the result's extents.</param>
    /// <param name="at">Place of the first column in it.</param>
    /// <param name="count">Columns there are from the first on.</param>
    static abstract Float4 Finish<TAccess>(Float4 sum, View extra, int at, int count)
        where TAccess : unmanaged, IVectorAccess;
}

/// <summary>The sums themselves.</summary>
internal readonly struct SumEnd : IProductEnd
{
    public static bool Finishes => false;

    public static bool LeavesMoments => false;

    static Float4 IProductEnd.Finish<TAccess>(Float4 sum, View extra, int at, int count) => sum;
}

/// <summary>act(sum).</summary>
internal readonly struct ActivationEnd<TActivation> : IProductEnd
    where TActivation : unmanaged, IActivation
{
    public static bool Finishes => true;

    public static bool LeavesMoments => false;

    static Float4 IProductEnd.Finish<TAccess>(Float4 sum, View extra, int at, int count) => Forward(sum);

    internal static Float4 Forward(Float4 sum) =>
        new(TActivation.Forward(sum.X), TActivation.Forward(sum.Y), TActivation.Forward(sum.Z), TActivation.Forward(sum.W));
}

/// <summary>act(sum) + extra.</summary>
internal readonly struct ActivationResidualEnd<TActivation> : IProductEnd
    where TActivation : unmanaged, IActivation
{
    public static bool Finishes => true;

    public static bool LeavesMoments => false;

    static Float4 IProductEnd.Finish<TAccess>(Float4 sum, View extra, int at, int count) =>
        ActivationEnd<TActivation>.Forward(sum) + TAccess.Load(extra, at, count);
}

/// <summary>The sums themselves, and what a batch norm behind them needs; by tiles in shared memory only.</summary>
internal readonly struct MomentsEnd : IProductEnd
{
    public static bool Finishes => false;

    public static bool LeavesMoments => true;

    static Float4 IProductEnd.Finish<TAccess>(Float4 sum, View extra, int at, int count) => sum;
}
