namespace GpuNet;

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
