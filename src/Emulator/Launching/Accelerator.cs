namespace ILGPU.Runtime;

/// <summary>An opened device: memory, streams and kernels.</summary>
public abstract class Accelerator : IDisposable
{
    // Checks assume that one lane runs at a time; concurrent launches of a checked context take turns.
    internal readonly object CheckedGate = new();

    private protected Accelerator(Context context, Device device)
    {
        Context = context;
        Device = device;
        DefaultStream = new AcceleratorStream(this);
    }

    /// <summary>The context that the accelerator was created in.</summary>
    public Context Context { get; }

    /// <summary>The device.</summary>
    public Device Device { get; }

    /// <summary>The stream for whoever needs no other.</summary>
    public AcceleratorStream DefaultStream { get; }

    /// <summary>The kind of device.</summary>
    public AcceleratorType AcceleratorType => Device.AcceleratorType;

    /// <summary>The device's name.</summary>
    public string Name => Device.Name;

    /// <summary>The memory in bytes.</summary>
    public long MemorySize => Device.MemorySize;

    /// <summary>The most groups per axis.</summary>
    public Index3D MaxGridSize => Device.MaxGridSize;

    /// <summary>The most threads of a group per axis.</summary>
    public Index3D MaxGroupSize => Device.MaxGroupSize;

    /// <summary>The most threads of a group.</summary>
    public int MaxNumThreadsPerGroup => Device.MaxNumThreadsPerGroup;

    /// <summary>The shared memory of a group in bytes.</summary>
    public int MaxSharedMemoryPerGroup => Device.MaxSharedMemoryPerGroup;

    /// <summary>The constant memory in bytes.</summary>
    public int MaxConstantMemory => Device.MaxConstantMemory;

    /// <summary>The threads of a warp.</summary>
    public int WarpSize => Device.WarpSize;

    /// <summary>The number of multiprocessors.</summary>
    public int NumMultiprocessors => Device.NumMultiprocessors;

    /// <summary>The most threads that one multiprocessor holds.</summary>
    public int MaxNumThreadsPerMultiprocessor => Device.MaxNumThreadsPerMultiprocessor;

    /// <summary>The most threads that the device holds.</summary>
    public int MaxNumThreads => Device.MaxNumThreads;

    /// <summary>What the device can do beyond the common ground.</summary>
    public CapabilityContext Capabilities => Device.Capabilities;

    /// <summary>Whether the accelerator is disposed.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Does nothing: no thread has a current accelerator here.</summary>
    public void Bind() => ThrowIfDisposed();

    /// <summary>A further stream.</summary>
    public AcceleratorStream CreateStream()
    {
        ThrowIfDisposed();
        return new AcceleratorStream(this);
    }

    /// <summary>Returns at once: launches and copies are complete when they return, and they throw themselves what went wrong.</summary>
    public void Synchronize() => ThrowIfDisposed();

    /// <summary>Allocates memory of undefined contents.</summary>
    /// <typeparam name="T">The element.</typeparam>
    /// <param name="length">The number of elements.</param>
    public MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(long length) where T : unmanaged
    {
        ThrowIfDisposed();
        return new MemoryBuffer1D<T, Stride1D.Dense>(this, length);
    }

    /// <summary>Writes the limits, a line each.</summary>
    public void PrintInformation(TextWriter writer) => Device.PrintInformation(writer);

    /// <summary>Closes the device; buffers that are still in use keep their memory until they are disposed.</summary>
    public void Dispose()
    {
        IsDisposed = true;
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc />
    public override string ToString() => Device.ToString();

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(IsDisposed, this);
}
