using System.Collections.Immutable;
using ILGPU.Runtime;

namespace ILGPU;

/// <summary>The devices that were asked for, and the settings that their kernels run with.</summary>
public sealed partial class Context : IDisposable
{
    private Context(ImmutableArray<Device> devices, bool checksKernels)
    {
        Devices = devices;
        ChecksKernels = checksKernels;
    }

    /// <summary>The version of the programming model that is followed.</summary>
    public static string Version => "1.5.3";

    /// <summary>The registered devices, in the order of their registration.</summary>
    public ImmutableArray<Device> Devices { get; }

    /// <summary>Whether each access of a kernel is checked: <see cref="Builder.Assertions"/> was called.</summary>
    internal bool ChecksKernels { get; }

    /// <summary>Builds a context.</summary>
    /// <param name="buildingCallback">Chooses devices and settings.</param>
    public static Context Create(Action<Builder> buildingCallback)
    {
        ArgumentNullException.ThrowIfNull(buildingCallback);
        var builder = new Builder();
        buildingCallback(builder);
        return builder.ToContext();
    }

    /// <summary>A builder without devices.</summary>
    public static Builder Create() => new();

    /// <summary>A context of all devices and default settings.</summary>
    public static Context CreateDefault() => new Builder().Default().ToContext();

    /// <summary>The device of one kind at a position.</summary>
    /// <exception cref="NotSupportedException">There is no such device.</exception>
    public TDevice GetDevice<TDevice>(int deviceIndex) where TDevice : Device
    {
        DeviceCollection<TDevice> devices = GetDevices<TDevice>();
        return deviceIndex >= 0 && deviceIndex < devices.Count
            ? devices[deviceIndex]
            : throw new NotSupportedException($"there is no {typeof(TDevice).Name} number {deviceIndex} among {devices.Count}");
    }

    /// <summary>The devices of one kind.</summary>
    public DeviceCollection<TDevice> GetDevices<TDevice>() where TDevice : Device =>
        new([.. Devices.OfType<TDevice>()]);

    /// <summary>The device to use when no other wish is known.</summary>
    /// <exception cref="NotSupportedException">The context has no devices.</exception>
    public Device GetPreferredDevice(bool preferCPU) =>
        Devices.IsEmpty ? throw new NotSupportedException("the context has no devices") : Devices[0];

    /// <summary>Nothing is held by a context itself; accelerators are disposed by whoever created them.</summary>
    public void Dispose()
    {
    }
}
