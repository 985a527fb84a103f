namespace ILGPU.Runtime.CPU;

/// <summary>An opened <see cref="CPUDevice"/>.</summary>
public sealed class CPUAccelerator : Accelerator
{
    internal CPUAccelerator(Context context, CPUDevice device, CPUAcceleratorMode mode) : base(context, device) => Mode = mode;

    /// <summary>Whether the groups of a launch may run at the same time.</summary>
    public CPUAcceleratorMode Mode { get; }

    /// <summary>Whether the groups of a launch run one after the other.</summary>
    public bool UsesSequentialExecution => Mode == CPUAcceleratorMode.Sequential || Context.ChecksKernels;

    /// <summary>The most threads that the device holds.</summary>
    public int NumThreads => MaxNumThreads;
}
