using System.Collections.Immutable;

namespace ILGPU.Runtime.CPU;

/// <summary>The processor in the shape of a GPU: warps, groups and multiprocessors are numbers chosen at will.</summary>
public sealed class CPUDevice : Device
{
    /// <summary>Warps of 4, groups of up to 16.</summary>
    public static readonly CPUDevice Default = new(4, 4, 1);

    /// <summary>Warps of 32, groups of up to 1024.</summary>
    public static readonly CPUDevice Nvidia = new(32, 32, 1);

    /// <summary>Warps of 32, groups of up to 256.</summary>
    public static readonly CPUDevice AMD = new(32, 8, 1);

    /// <summary>Warps of 64, groups of up to 256.</summary>
    public static readonly CPUDevice LegacyAMD = new(64, 4, 1);

    /// <summary>Warps of 16, groups of up to 128.</summary>
    public static readonly CPUDevice Intel = new(16, 8, 1);

    /// <summary>A device of a chosen shape.</summary>
    /// <param name="numThreadsPerWarp">At least 2.</param>
    /// <param name="numWarpsPerMultiprocessor">A power of two; times the threads of a warp it is the largest group, at most 32767.</param>
    /// <param name="numMultiprocessors">At least 1. The groups of a launch are spread over all cores whatever it says.</param>
    public CPUDevice(int numThreadsPerWarp, int numWarpsPerMultiprocessor, int numMultiprocessors)
        : base("CPUAccelerator", AcceleratorType.CPU)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numThreadsPerWarp, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(numWarpsPerMultiprocessor, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(numMultiprocessors, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(int.IsPow2(numWarpsPerMultiprocessor), true, nameof(numWarpsPerMultiprocessor));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)numThreadsPerWarp * numWarpsPerMultiprocessor, short.MaxValue,
            nameof(numWarpsPerMultiprocessor));
        WarpSize = numThreadsPerWarp;
        MaxNumThreadsPerGroup = numThreadsPerWarp * numWarpsPerMultiprocessor;
        NumMultiprocessors = numMultiprocessors;
    }

    /// <summary>The most threads that the device holds.</summary>
    public int NumThreads => MaxNumThreads;

    /// <summary>The device of a kind.</summary>
    public static CPUDevice GetDevice(CPUDeviceKind kind) => kind switch
    {
        CPUDeviceKind.Default => Default,
        CPUDeviceKind.Nvidia => Nvidia,
        CPUDeviceKind.AMD => AMD,
        CPUDeviceKind.LegacyAMD => LegacyAMD,
        CPUDeviceKind.Intel => Intel,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>The devices of all kinds that satisfy a condition.</summary>
    public static ImmutableArray<Device> GetDevices(Predicate<CPUDevice> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return [.. Enum.GetValues<CPUDeviceKind>().Select(GetDevice).Where(device => predicate(device))];
    }

    /// <inheritdoc />
    public override Accelerator CreateAccelerator(Context context) => CreateCPUAccelerator(context);

    /// <summary>Opens the device.</summary>
    public CPUAccelerator CreateCPUAccelerator(Context context) => CreateCPUAccelerator(context, CPUAcceleratorMode.Auto);

    /// <summary>Opens the device.</summary>
    /// <param name="context">The context, which says whether kernels are checked.</param>
    /// <param name="mode">Whether the groups of a launch may run at the same time.</param>
    public CPUAccelerator CreateCPUAccelerator(Context context, CPUAcceleratorMode mode)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new CPUAccelerator(context, this, mode);
    }
}
