namespace GpuNet.Kernels;

/// <summary>
/// The threads of a group that reduces rows of channels: some lie side by side over vectors of four channels, the others over rows.
/// All numbers are powers of two.
/// </summary>
internal interface IReductionGroup
{
    /// <summary>Threads.</summary>
    static abstract int Size { get; }

    /// <summary>Vectors side by side where rows are long walks through memory: a whole line of a cache, if there are enough threads.</summary>
    static abstract int Lanes { get; }

    /// <summary>Vectors side by side where few rows are left, so that many groups share the channels: the least that memory moves.</summary>
    static abstract int CombineLanes { get; }
}

/// <summary>For GPUs.</summary>
internal readonly struct Threads256 : IReductionGroup
{
    public static int Size => 256;

    public static int Lanes => 8;

    public static int CombineLanes => 2;
}

/// <summary>For devices of small groups.</summary>
internal readonly struct Threads16 : IReductionGroup
{
    public static int Size => 16;

    public static int Lanes => 2;

    public static int CombineLanes => 1;
}

/// <summary>For devices of even smaller groups.</summary>
internal readonly struct Threads4 : IReductionGroup
{
    public static int Size => 4;

    public static int Lanes => 2;

    public static int CombineLanes => 1;
}

/// <summary>For processors, where a barrier costs more than it saves.</summary>
internal readonly struct OneThread : IReductionGroup
{
    public static int Size => 1;

    public static int Lanes => 1;

    public static int CombineLanes => 1;
}

/// <summary>Something that is built for the groups of a device and for how it reaches its channels: a kernel, as a rule.</summary>
internal interface IReductionBinder<TResult>
{
    /// <summary>Builds it.</summary>
    TResult Bind<TGroup, TAccess>()
        where TGroup : unmanaged, IReductionGroup
        where TAccess : unmanaged, IVectorAccess;
}

/// <summary>The one place where a device becomes a type of group.</summary>
internal static class ReductionBinding
{
    /// <summary>Builds what <paramref name="binder"/> builds.</summary>
    /// <param name="binder">What to build.</param>
    /// <param name="device">Device whose groups it is for.</param>
    /// <param name="channels">Channels; whether they are whole vectors decides how they are reached.</param>
    public static TResult Bind<TResult>(this IReductionBinder<TResult> binder, Device device, int channels) =>
        channels % 4 == 0 ? Bind<TResult, Vectors>(binder, device) : Bind<TResult, Guarded>(binder, device);

    /// <summary>Whether groups are worth their while: not where threads of a group are simulated by threads of the system.</summary>
    public static bool Pays(Device device) => device.Kind != DeviceKind.Simulator;

    private static TResult Bind<TResult, TAccess>(IReductionBinder<TResult> binder, Device device)
        where TAccess : unmanaged, IVectorAccess =>
        device.Info.IsProcessor || device.Info.MaxGroupSize < Threads4.Size ? binder.Bind<OneThread, TAccess>()
        : device.Info.MaxGroupSize >= Threads256.Size ? binder.Bind<Threads256, TAccess>()
        : device.Info.MaxGroupSize >= Threads16.Size ? binder.Bind<Threads16, TAccess>()
        : binder.Bind<Threads4, TAccess>();
}
