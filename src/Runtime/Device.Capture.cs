using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace GpuNet;

public sealed partial class Device
{
    private const string SwitchedOff = "switched off by DeviceOptions.Graphs";

    private static readonly Lazy<(CudaGraphApi? Api, string Obstacle)> CudaGraphs = new(static () =>
    {
        CudaGraphApi? api = CudaGraphApi.Load(CudaGraphApi.Library, out string obstacle);
        return (api, obstacle);
    });

    private ILaunchRecorder? recorder;

    /// <summary>Why launches cannot be recorded here; empty where they can. See <see cref="Capture"/>.</summary>
    public string GraphObstacle { get; private set; }

    /// <summary>
    /// Records the kernels that an action launches, none of which runs meanwhile. They have to be loaded and to have run before: loading
    /// and whatever waits for the device cannot be recorded.
    /// </summary>
    /// <param name="launches">Launches kernels on this device, and does nothing else to it.</param>
    /// <param name="obstacle">Why it could not be recorded; empty if it was.</param>
    /// <returns>What repeats them; null if they could not be recorded, and then none of them has run.</returns>
    public LaunchGraph? Capture(Action launches, out string obstacle)
    {
        ArgumentNullException.ThrowIfNull(launches);
        obstacle = GraphObstacle;
        if (recorder is null || obstacle.Length > 0)
            return null;
        try
        {
            return recorder.Record(launches);
        }
        catch (Exception e)
        {
            // Whoever asked launches the kernels one by one instead; if they are at fault, and not the recording, he will see it then.
            obstacle = e.Message;
            return null;
        }
    }

    /// <summary>Puts another recorder in the place of the device's own.</summary>
    internal void Record(ILaunchRecorder by)
    {
        recorder = by;
        GraphObstacle = "";
    }

    // What would record launches on an accelerator, and why it does not.
    private static (ILaunchRecorder? Recorder, string Obstacle) Recorder(
        DeviceInfo info, DeviceOptions options, Accelerator? accelerator, AcceleratorStream? stream)
    {
        if (info.GraphObstacle.Length > 0 || !options.Graphs)
            return (null, info.GraphObstacle.Length > 0 ? info.GraphObstacle : SwitchedOff);
        return accelerator is CudaAccelerator && stream is CudaStream { StreamPtr: not 0 } cuda && CudaGraphs.Value.Api is { } api
            ? (new CudaLaunchRecorder(api, accelerator.Bind, cuda.StreamPtr), "")
            : (null, "the device's stream is none of CUDA's own");
    }
}

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

/// <summary>What turns launches into a <see cref="LaunchGraph"/>.</summary>
internal interface ILaunchRecorder
{
    /// <summary>Records what an action queues on the device's stream, none of which runs meanwhile.</summary>
    /// <exception cref="GpuNetException">It cannot be recorded; the stream is as it was.</exception>
    LaunchGraph Record(Action launches);
}
