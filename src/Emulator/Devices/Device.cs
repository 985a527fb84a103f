namespace ILGPU.Runtime;

/// <summary>A piece of hardware that can run kernels, and its limits.</summary>
public abstract class Device
{
    private protected Device(string name, AcceleratorType acceleratorType)
    {
        Name = name;
        AcceleratorType = acceleratorType;
    }

    /// <summary>The name for people.</summary>
    public string Name { get; }

    /// <summary>The kind.</summary>
    public AcceleratorType AcceleratorType { get; }

    /// <summary>The memory in bytes.</summary>
    public long MemorySize { get; private protected init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>The most groups per axis; CUDA's limits, so that a grid that runs here runs there.</summary>
    public Index3D MaxGridSize { get; } = new(int.MaxValue, ushort.MaxValue, ushort.MaxValue);

    /// <summary>The most threads of a group per axis.</summary>
    public Index3D MaxGroupSize => new(MaxNumThreadsPerGroup);

    /// <summary>The most threads of a group.</summary>
    public int MaxNumThreadsPerGroup { get; private protected init; } = 1;

    /// <summary>The shared memory of a group in bytes: what every GPU has.</summary>
    public int MaxSharedMemoryPerGroup { get; } = 48 * 1024;

    /// <summary>The constant memory in bytes.</summary>
    public int MaxConstantMemory { get; } = 64 * 1024;

    /// <summary>The threads of a warp.</summary>
    public int WarpSize { get; private protected init; } = 1;

    /// <summary>How many groups are worked on at once, as far as the device says.</summary>
    public int NumMultiprocessors { get; private protected init; } = 1;

    /// <summary>The most threads that one multiprocessor holds.</summary>
    public int MaxNumThreadsPerMultiprocessor => MaxNumThreadsPerGroup;

    /// <summary>The most threads that the device holds.</summary>
    public int MaxNumThreads => NumMultiprocessors * MaxNumThreadsPerMultiprocessor;

    /// <summary>What the device can do beyond the common ground.</summary>
    public CapabilityContext Capabilities { get; } = new();

    /// <summary>Opens the device.</summary>
    public abstract Accelerator CreateAccelerator(Context context);

    /// <summary>Writes the limits, a line each.</summary>
    public void PrintInformation(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteLine($"{Name} ({AcceleratorType})");
        writer.WriteLine($"  memory {MemorySize} bytes, shared memory {MaxSharedMemoryPerGroup} bytes per group");
        writer.WriteLine($"  {NumMultiprocessors} multiprocessors, warps of {WarpSize}, groups of up to {MaxNumThreadsPerGroup}");
    }

    /// <summary>Devices of one kind, name and size are equal.</summary>
    public override bool Equals(object? obj) =>
        obj is Device other && other.AcceleratorType == AcceleratorType && other.Name == Name && other.WarpSize == WarpSize
        && other.MaxNumThreadsPerGroup == MaxNumThreadsPerGroup && other.NumMultiprocessors == NumMultiprocessors;

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(AcceleratorType, Name, WarpSize, MaxNumThreadsPerGroup, NumMultiprocessors);

    /// <inheritdoc />
    public override string ToString() => $"{Name} [{AcceleratorType}, warp {WarpSize}, group {MaxNumThreadsPerGroup}]";
}
