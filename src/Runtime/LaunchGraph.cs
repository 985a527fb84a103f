namespace GpuNet;

/// <summary>
/// Launches that were recorded once and that the driver repeats as one. What was passed by value is part of the record; what lies in
/// memory is read anew each time. See <see cref="Device.Capture"/>.
/// </summary>
public abstract class LaunchGraph : IDisposable
{
    /// <summary>Queues everything that was recorded on the device's stream.</summary>
    /// <exception cref="GpuNetException">The driver refuses, and nothing was queued; the message has its reason.</exception>
    public abstract void Launch();

    /// <summary>Waits for the last launch and gives the record's memory back.</summary>
    public abstract void Dispose();
}
