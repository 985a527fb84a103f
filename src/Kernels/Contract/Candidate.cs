namespace GpuNet.Kernels;

/// <summary>One way to run an operator.</summary>
/// <param name="Name">How it differs from the others: <c>Plain</c>, <c>RowTile</c>, <c>Host</c>.</param>
/// <param name="OnHost">Whether it is host code for device <c>cpu</c>, or kernels for all others.</param>
/// <param name="Bind">Makes its launcher.</param>
public sealed record Candidate(string Name, bool OnHost, Func<Device, Launcher> Bind)
{
    /// <summary>What it asks of a device besides that it runs kernels: matrix units, shared memory.</summary>
    public Func<Device, bool> Needs { get; init; } = static _ => true;

    /// <summary>The rule: whether it is worth its while on a device that it runs on. See <see cref="Operator.Choose"/>.</summary>
    public Func<Device, bool> Pays { get; init; } = static _ => true;

    /// <summary>A candidate made of kernels.</summary>
    public static Candidate Kernels(string name, Func<Device, Launcher> bind) => new(name, false, bind);

    /// <summary>A candidate made of host code.</summary>
    public static Candidate Host(Func<Device, Launcher> bind) => new("Host", true, bind);

    /// <summary>Whether the candidate runs on a device.</summary>
    public bool RunsOn(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return OnHost == device.IsHost && Needs(device);
    }
}
