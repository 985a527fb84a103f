namespace GpuNet;

/// <summary>Choices made when a device is opened.</summary>
public sealed record DeviceOptions
{
    /// <summary>Most host threads a device can have.</summary>
    public const int MaxThreads = 512;

    /// <summary>Host threads, the caller's own among them; 0 takes every core, up to <see cref="MaxThreads"/>.</summary>
    public int Threads { get; init; }

    /// <summary>On <c>simulator</c>: checks every access of every kernel for bounds.</summary>
    public bool Checked { get; init; }

    /// <summary>
    /// Whether every operator runs its plain kernels, one thread an output, which the others are measured and proved against. Device
    /// <c>cpu</c> has none.
    /// </summary>
    public bool PlainKernels { get; init; }

    /// <summary>
    /// Whether passes may be recorded and repeated as one launch where the driver can (CUDA graphs); else every kernel is launched by
    /// itself. Results are the same.
    /// </summary>
    public bool Graphs { get; init; } = true;

    /// <summary>
    /// Whether operators take the candidates that were measured on the device before and remembered (<see cref="Device.Tuning"/>); else
    /// a rule chooses them all.
    /// </summary>
    public bool UseTuning { get; init; } = true;

    /// <summary>The file of remembered choices; null for <see cref="TuningFile.DefaultPath"/>.</summary>
    public string? TuningPath { get; init; }

    /// <summary>How exactly operators compute. Float32, the default, is exact to rounding on every device.</summary>
    public Precision Precision { get; init; }

    /// <summary>On <c>simulator</c>: threads of a warp, at least 2.</summary>
    public int WarpSize { get; init; } = 4;

    /// <summary>On <c>simulator</c>: warps of the largest group, a power of two.</summary>
    public int WarpsPerGroup { get; init; } = 16;

    /// <summary>On <c>simulator</c>: what loads kernels in its place, and says what device it stands for.</summary>
    internal IKernelLoader? Loader { get; init; }
}

/// <summary>How exactly operators compute; see docs/precision.md.</summary>
public enum Precision
{
    /// <summary>Values, products and sums are float32.</summary>
    Float32,

    /// <summary>
    /// Values and sums are float32; the operands of matrix products may be rounded to 10 bits of mantissa (tf32), for the matrix units of
    /// CUDA devices from compute capability 8.0 on.
    /// </summary>
    TensorFloat32,

    /// <summary>
    /// At inference, values between convolutions are kept in 16 bits (bfloat16); products and sums are float32. On devices that run
    /// kernels. Training is as with <see cref="Float32"/>.
    /// </summary>
    Bfloat16,
}
