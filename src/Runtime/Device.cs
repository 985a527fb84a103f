using System.Collections.Concurrent;
using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using Context = ILGPU.Context;

namespace GpuNet;

/// <summary>
/// One accelerator, opened: <c>cuda</c>, <c>opencl</c>, <c>cpu</c> or <c>simulator</c>. It owns the driver's context, the stream
/// its work is queued on, and the host threads. Dispose it after the plans that use it.
/// </summary>
public sealed partial class Device : IDisposable
{
    private readonly ConcurrentDictionary<(MethodInfo Method, int GroupSize), Lazy<Delegate>> kernels = new();
    private readonly Context? context;
    private readonly Accelerator? accelerator;
    private readonly AcceleratorStream? stream;
    private Kernel<ArrayView<float>, int>? zero;

    private Device(DeviceInfo info, DeviceOptions options, Context? context, Accelerator? accelerator)
    {
        Info = info;
        Options = options;
        this.context = context;
        this.accelerator = accelerator;
        stream = accelerator?.CreateStream();
        (recorder, GraphObstacle) = Recorder(info, options, accelerator, stream);
        Workers = new Workers(Math.Min(options.Threads > 0 ? options.Threads : Environment.ProcessorCount, DeviceOptions.MaxThreads));
    }

    /// <summary>What the device is.</summary>
    public DeviceInfo Info { get; }

    /// <summary>The choices it was opened with.</summary>
    public DeviceOptions Options { get; }

    /// <summary>The name it was listed under, such as <c>cuda:0</c>.</summary>
    public string Name => Info.Name;

    /// <summary>
    /// Held by whoever queues a pass where several threads may: one stream takes all launches, and what is queued while another thread's
    /// pass is recorded would become a part of it.
    /// </summary>
    internal Lock Turn { get; } = new();

    /// <summary>Kind of device.</summary>
    public DeviceKind Kind => Info.Kind;

    /// <summary>Whether operators run as host code on ordinary memory.</summary>
    public bool IsHost => accelerator is null;

    /// <summary>The threads host code runs on.</summary>
    public Workers Workers { get; }

    /// <summary>The accelerator behind the device; device <c>cpu</c> has none.</summary>
    public Accelerator Accelerator => accelerator ?? throw new InvalidOperationException($"Device {Name} runs no kernels.");

    /// <summary>The stream on which all work of the device is queued.</summary>
    public AcceleratorStream Stream => stream ?? throw new InvalidOperationException($"Device {Name} runs no kernels.");

    /// <summary>Sets floats to zero.</summary>
    internal Kernel<ArrayView<float>, int> Zero => zero ??= new Kernel<ArrayView<float>, int>(this, ZeroKernel.Fill);

    /// <summary>Threads a group has when a kernel does not care: those of candidate 0.</summary>
    public int PlainGroupSize => Math.Min(128, Info.MaxGroupSize);

    /// <summary>Memory not in use, in bytes, as far as the driver or the system tells.</summary>
    public long AvailableMemory => accelerator switch
    {
        null => AvailableHostMemory(),
        ILGPU.Runtime.Cuda.CudaAccelerator cuda => cuda.GetFreeMemory(),
        { AcceleratorType: AcceleratorType.CPU } => AvailableHostMemory(),
        _ => accelerator.MemorySize,
    };

    /// <summary>
    /// Loads a kernel, or returns what was loaded before: plans that are built one after another share their kernels. Accelerators too
    /// remember what they compiled, but only while something else holds it.
    /// </summary>
    /// <typeparam name="TLaunch">A delegate of a stream, a launch configuration, and the kernel's arguments.</typeparam>
    /// <param name="kernel">The static method.</param>
    /// <param name="groupSize">Threads of a group.</param>
    /// <param name="load">Loads it on the accelerator.</param>
    internal TLaunch Load<TLaunch>(Delegate kernel, int groupSize, Func<KernelSpecialization, TLaunch> load)
        where TLaunch : Delegate =>
        (TLaunch)kernels.GetOrAdd((kernel.Method, groupSize), _ => new Lazy<Delegate>(() =>
            Options.Loader?.Load<TLaunch>(kernel, groupSize) ?? load(new KernelSpecialization(groupSize, null)))).Value;

    /// <summary>Waits until all queued work is done.</summary>
    public void Synchronize() => stream?.Synchronize();

    /// <summary>Ends the threads and gives the accelerator back.</summary>
    public void Dispose()
    {
        Workers.Dispose();
        stream?.Dispose();
        accelerator?.Dispose();
        context?.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Info.Description})";

    private static long AvailableHostMemory()
    {
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        return Math.Max(0, memory.TotalAvailableMemoryBytes - Environment.WorkingSet);
    }
}

internal static class ZeroKernel
{
    // A thread owns target[i]. Nothing is shared; stores are contiguous.
    public static void Fill(ArrayView<float> target, int count)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i < count)
            target[i] = 0f;
    }
}

/// <summary>
/// Loads kernels in an accelerator's place, over the simulator's memory: the way to prove the code of a card where there is none.
/// </summary>
internal interface IKernelLoader
{
    /// <summary>The device it stands for.</summary>
    /// <param name="simulator">The simulator that gives the memory.</param>
    DeviceInfo Describe(DeviceInfo simulator);

    /// <summary>Loads a kernel.</summary>
    /// <typeparam name="TLaunch">A delegate of a stream, a launch configuration, and the kernel's arguments.</typeparam>
    /// <param name="kernel">The static method.</param>
    /// <param name="groupSize">Threads of a group.</param>
    TLaunch Load<TLaunch>(Delegate kernel, int groupSize)
        where TLaunch : Delegate;
}
