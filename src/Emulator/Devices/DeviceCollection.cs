namespace ILGPU.Runtime;

/// <summary>The devices of one kind in a context.</summary>
/// <typeparam name="TDevice">The kind.</typeparam>
public readonly ref struct DeviceCollection<TDevice> where TDevice : Device
{
    private readonly TDevice[] devices;

    internal DeviceCollection(TDevice[] devices) => this.devices = devices;

    /// <summary>How many there are.</summary>
    public int Count => devices.Length;

    /// <summary>The device at a position.</summary>
    public TDevice this[int deviceIndex] => devices[deviceIndex];

    /// <summary>Goes through the devices in the order of their registration.</summary>
    public IEnumerator<TDevice> GetEnumerator() => ((IEnumerable<TDevice>)devices).GetEnumerator();
}
