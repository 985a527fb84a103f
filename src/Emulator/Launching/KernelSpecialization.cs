namespace ILGPU.Runtime;

/// <summary>What a kernel promises about its launches.</summary>
/// <param name="MaxNumThreadsPerGroup">The largest group; a launch with a larger one fails.</param>
/// <param name="MinNumGroupsPerMultiprocessor">How many groups should fit on a multiprocessor; without meaning here.</param>
public readonly record struct KernelSpecialization(int? MaxNumThreadsPerGroup, int? MinNumGroupsPerMultiprocessor)
{
    /// <summary>No promise.</summary>
    public static readonly KernelSpecialization Empty;

    /// <summary>Whether a device can keep the promise.</summary>
    public bool IsCompatibleWith(Accelerator accelerator)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        return MaxNumThreadsPerGroup is null || MaxNumThreadsPerGroup <= accelerator.MaxNumThreadsPerGroup;
    }
}
