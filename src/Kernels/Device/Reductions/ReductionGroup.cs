namespace GpuNet.Kernels;

/// <summary>
/// The threads of a group that reduces rows of channels: some lie side by side over vectors of four channels, the others over rows.
/// All numbers are powers of two.
/// </summary>
internal interface IReductionGroup
{
    /// <summary>Threads.</summary>
    static abstract int Size { get; }

    /// <summary>
    /// Vectors side by side where rows are long walks through memory: a whole line of a cache, if there are enough threads.
    /// </summary>
    static abstract int Lanes { get; }

    /// <summary>
    /// Vectors side by side where few rows are left, so that many groups share the channels: the least that memory moves.
    /// </summary>
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

/// <summary>The group of a device, as a type and as numbers.</summary>
/// <param name="Policy">The type.</param>
/// <param name="Size">Threads.</param>
/// <param name="Lanes">Vectors side by side where rows are long walks through memory.</param>
/// <param name="CombineLanes">Vectors side by side where few rows are left.</param>
internal sealed record ReductionGroup(Type Policy, int Size, int Lanes, int CombineLanes)
{
    /// <summary>A single thread, for plain kernels.</summary>
    public static ReductionGroup Single => Of<OneThread>();

    /// <summary>The group for a device.</summary>
    public static ReductionGroup For(Device device) =>
        device.Info.IsProcessor || device.Info.MaxGroupSize < Threads4.Size ? Of<OneThread>()
        : device.Info.MaxGroupSize >= Threads256.Size ? Of<Threads256>()
        : device.Info.MaxGroupSize >= Threads16.Size ? Of<Threads16>()
        : Of<Threads4>();

    /// <summary>Whether groups are worth their while: not where threads of a group are simulated by threads of the system.</summary>
    public static bool Pays(Device device) => device.Kind != DeviceKind.Simulator;

    /// <summary>Groups beside one another that combine some channels.</summary>
    public int CombineGroups(int channels) => (channels + (4 * CombineLanes) - 1) / (4 * CombineLanes);

    private static ReductionGroup Of<TGroup>()
        where TGroup : unmanaged, IReductionGroup => new(typeof(TGroup), TGroup.Size, TGroup.Lanes, TGroup.CombineLanes);
}
