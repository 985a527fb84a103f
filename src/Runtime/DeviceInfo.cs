namespace GpuNet;

/// <summary>One line of the device list: what a device is called, what it is, and whether it can be used.</summary>
/// <param name="Name">The name that <see cref="Device.Open"/> takes, such as <c>cuda:0</c>.</param>
/// <param name="Kind">Kind of device.</param>
/// <param name="Description">The maker's name for it.</param>
/// <param name="MemoryBytes">Memory in bytes; 0 where unknown.</param>
/// <param name="Multiprocessors">Multiprocessors, or cores of a processor.</param>
/// <param name="WarpSize">Threads that run in step.</param>
/// <param name="MaxGroupSize">Most threads a group can have.</param>
/// <param name="SharedMemoryBytes">Shared memory a group can have, in bytes.</param>
/// <param name="Usable">Whether <see cref="Device.Open"/> accepts the name.</param>
/// <param name="Note">Why the device cannot be used, or what to know when using it; empty if there is nothing to say.</param>
public sealed record DeviceInfo(
    string Name,
    DeviceKind Kind,
    string Description,
    long MemoryBytes,
    int Multiprocessors,
    int WarpSize,
    int MaxGroupSize,
    int SharedMemoryBytes,
    bool Usable,
    string Note)
{
    /// <summary>Whether <c>auto</c> may choose the device.</summary>
    public bool Automatic { get; init; }

    /// <summary>
    /// Whether threads of a group run one after the other on a core, as those of OpenCL on a processor do: they gain by vectors of
    /// their own, and lose by barriers and shared memory.
    /// </summary>
    public bool IsProcessor { get; init; }

    /// <summary>
    /// Why a pass of a network runs as a list of launches here; empty where the driver records it and repeats it as one launch. See
    /// <see cref="Device.Capture"/>.
    /// </summary>
    public string GraphObstacle { get; init; } = "";

    /// <summary>Version of its driver; empty where there is none.</summary>
    public string Driver { get; init; } = "";

    /// <summary>The compute capability from which on CUDA devices have matrix units for tf32.</summary>
    internal const int MatrixUnitsCapability = 80;

    /// <summary>Compute capability of a CUDA device, ten times the generation plus the variant (90 for 9.0); 0 elsewhere.</summary>
    public int ComputeCapability { get; init; }
}

/// <summary>What kind of machine runs the operators.</summary>
public enum DeviceKind
{
    /// <summary>Vectorised, threaded host code on the processor's own cores.</summary>
    Cpu,

    /// <summary>The kernels themselves, executed on the processor: for tests and debugging, not for speed.</summary>
    Simulator,

    /// <summary>A device behind an OpenCL driver.</summary>
    OpenCL,

    /// <summary>An NVIDIA GPU.</summary>
    Cuda,
}
