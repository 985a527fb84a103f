using ILGPU;
using ILGPU.Runtime;

namespace GpuNet;

/// <summary>How much a launch queues: at least so many threads, or so many groups.</summary>
public readonly struct LaunchSize
{
    private readonly int threads;
    private readonly GroupCount groups;

    private LaunchSize(int threads, GroupCount groups) => (this.threads, this.groups) = (threads, groups);

    internal bool IsEmpty => threads <= 0 && groups == default;

    /// <summary>At least so many threads; none is a launch that is left out.</summary>
    public static implicit operator LaunchSize(int threads) => new(threads, default);

    /// <summary>So many groups, of the threads that the kernel was loaded for.</summary>
    public static implicit operator LaunchSize(GroupCount groups) => new(0, groups);

    // Enough groups for a thread an element; the kernel itself drops the threads past the end.
    internal KernelConfig Config(int groupSize) => groups == default
        ? new((threads + groupSize - 1) / groupSize, groupSize)
        : new(new Index3D(groups.X, groups.Y, groups.Z), new Index3D(groupSize, 1, 1));
}

/// <summary>How many groups a launch has on each axis of its grid; none may be 0.</summary>
/// <param name="X">Groups on the first axis, of which GPUs take 2³¹ − 1.</param>
/// <param name="Y">Groups on the second axis, at most 65,535.</param>
/// <param name="Z">Groups on the third axis, at most 65,535.</param>
public readonly record struct GroupCount(int X, int Y = 1, int Z = 1);

/// <summary>A kernel loaded for a device once, when a plan is built, and launched in every step without allocating.</summary>
/// <typeparam name="TLaunch">A delegate of a stream, a launch configuration, and the kernel's arguments.</typeparam>
public abstract class LoadedKernel<TLaunch>
    where TLaunch : Delegate
{
    private protected LoadedKernel(Device device, Delegate kernel, int groupSize, Func<Accelerator, KernelSpecialization, TLaunch> load)
    {
        ArgumentNullException.ThrowIfNull(device);
        GroupSize = groupSize > 0 ? groupSize : device.PlainGroupSize;
        Stream = device.Stream;
        Launch = device.Load(kernel, GroupSize, specialization => load(device.Accelerator, specialization));
    }

    /// <summary>Threads of a group.</summary>
    public int GroupSize { get; }

    private protected AcceleratorStream Stream { get; }

    private protected TLaunch Launch { get; }
}

/// <summary>A kernel of 2 arguments, loaded; there is one such class for each number of them.</summary>
/// <param name="device">Device to compile for.</param>
/// <param name="kernel">Static method; its threads find their place by <c>Grid</c> and <c>Group</c>.</param>
/// <param name="groupSize">Threads of a group; 0 where the kernel does not care.</param>
public sealed class Kernel<T1, T2>(Device device, Action<T1, T2> kernel, int groupSize = 0)
    : LoadedKernel<Action<AcceleratorStream, KernelConfig, T1, T2>>(
        device, kernel, groupSize, (accelerator, specialization) => accelerator.LoadKernel(kernel, specialization))
    where T1 : struct where T2 : struct
{
    /// <summary>Queues a launch.</summary>
    /// <param name="size">Threads or groups.</param>
    /// <param name="a1">First argument.</param>
    /// <param name="a2">Second argument.</param>
    public void Run(LaunchSize size, T1 a1, T2 a2)
    {
        if (!size.IsEmpty)
            Launch(Stream, size.Config(GroupSize), a1, a2);
    }
}

/// <inheritdoc cref="Kernel{T1, T2}"/>
public sealed class Kernel<T1, T2, T3>(Device device, Action<T1, T2, T3> kernel, int groupSize = 0)
    : LoadedKernel<Action<AcceleratorStream, KernelConfig, T1, T2, T3>>(
        device, kernel, groupSize, (accelerator, specialization) => accelerator.LoadKernel(kernel, specialization))
    where T1 : struct where T2 : struct where T3 : struct
{
    /// <inheritdoc cref="Kernel{T1, T2}.Run"/>
    public void Run(LaunchSize size, T1 a1, T2 a2, T3 a3)
    {
        if (!size.IsEmpty)
            Launch(Stream, size.Config(GroupSize), a1, a2, a3);
    }
}

/// <inheritdoc cref="Kernel{T1, T2}"/>
public sealed class Kernel<T1, T2, T3, T4>(Device device, Action<T1, T2, T3, T4> kernel, int groupSize = 0)
    : LoadedKernel<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4>>(
        device, kernel, groupSize, (accelerator, specialization) => accelerator.LoadKernel(kernel, specialization))
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct
{
    /// <inheritdoc cref="Kernel{T1, T2}.Run"/>
    public void Run(LaunchSize size, T1 a1, T2 a2, T3 a3, T4 a4)
    {
        if (!size.IsEmpty)
            Launch(Stream, size.Config(GroupSize), a1, a2, a3, a4);
    }
}

/// <inheritdoc cref="Kernel{T1, T2}"/>
public sealed class Kernel<T1, T2, T3, T4, T5>(Device device, Action<T1, T2, T3, T4, T5> kernel, int groupSize = 0)
    : LoadedKernel<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5>>(
        device, kernel, groupSize, (accelerator, specialization) => accelerator.LoadKernel(kernel, specialization))
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
{
    /// <inheritdoc cref="Kernel{T1, T2}.Run"/>
    public void Run(LaunchSize size, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5)
    {
        if (!size.IsEmpty)
            Launch(Stream, size.Config(GroupSize), a1, a2, a3, a4, a5);
    }
}

/// <inheritdoc cref="Kernel{T1, T2}"/>
public sealed class Kernel<T1, T2, T3, T4, T5, T6>(Device device, Action<T1, T2, T3, T4, T5, T6> kernel, int groupSize = 0)
    : LoadedKernel<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6>>(
        device, kernel, groupSize, (accelerator, specialization) => accelerator.LoadKernel(kernel, specialization))
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    where T6 : struct
{
    /// <inheritdoc cref="Kernel{T1, T2}.Run"/>
    public void Run(LaunchSize size, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6)
    {
        if (!size.IsEmpty)
            Launch(Stream, size.Config(GroupSize), a1, a2, a3, a4, a5, a6);
    }
}

/// <inheritdoc cref="Kernel{T1, T2}"/>
public sealed class Kernel<T1, T2, T3, T4, T5, T6, T7>(Device device, Action<T1, T2, T3, T4, T5, T6, T7> kernel, int groupSize = 0)
    : LoadedKernel<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7>>(
        device, kernel, groupSize, (accelerator, specialization) => accelerator.LoadKernel(kernel, specialization))
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    where T6 : struct where T7 : struct
{
    /// <inheritdoc cref="Kernel{T1, T2}.Run"/>
    public void Run(LaunchSize size, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7)
    {
        if (!size.IsEmpty)
            Launch(Stream, size.Config(GroupSize), a1, a2, a3, a4, a5, a6, a7);
    }
}

/// <inheritdoc cref="Kernel{T1, T2}"/>
public sealed class Kernel<T1, T2, T3, T4, T5, T6, T7, T8>(
    Device device, Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel, int groupSize = 0)
    : LoadedKernel<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8>>(
        device, kernel, groupSize, (accelerator, specialization) => accelerator.LoadKernel(kernel, specialization))
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    where T6 : struct where T7 : struct where T8 : struct
{
    /// <inheritdoc cref="Kernel{T1, T2}.Run"/>
    public void Run(LaunchSize size, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8)
    {
        if (!size.IsEmpty)
            Launch(Stream, size.Config(GroupSize), a1, a2, a3, a4, a5, a6, a7, a8);
    }
}

/// <inheritdoc cref="Kernel{T1, T2}"/>
public sealed class Kernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(
    Device device, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, int groupSize = 0)
    : LoadedKernel<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9>>(
        device, kernel, groupSize, (accelerator, specialization) => accelerator.LoadKernel(kernel, specialization))
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    where T6 : struct where T7 : struct where T8 : struct where T9 : struct
{
    /// <inheritdoc cref="Kernel{T1, T2}.Run"/>
    public void Run(LaunchSize size, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9)
    {
        if (!size.IsEmpty)
            Launch(Stream, size.Config(GroupSize), a1, a2, a3, a4, a5, a6, a7, a8, a9);
    }
}

/// <inheritdoc cref="Kernel{T1, T2}"/>
public sealed class Kernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
    Device device, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, int groupSize = 0)
    : LoadedKernel<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>>(
        device, kernel, groupSize, (accelerator, specialization) => accelerator.LoadKernel(kernel, specialization))
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct
{
    /// <inheritdoc cref="Kernel{T1, T2}.Run"/>
    public void Run(LaunchSize size, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10)
    {
        if (!size.IsEmpty)
            Launch(Stream, size.Config(GroupSize), a1, a2, a3, a4, a5, a6, a7, a8, a9, a10);
    }
}

/// <inheritdoc cref="Kernel{T1, T2}"/>
public sealed class Kernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
    Device device, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, int groupSize = 0)
    : LoadedKernel<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>>(
        device, kernel, groupSize, (accelerator, specialization) => accelerator.LoadKernel(kernel, specialization))
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct
    where T11 : struct
{
    /// <inheritdoc cref="Kernel{T1, T2}.Run"/>
    public void Run(LaunchSize size, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11)
    {
        if (!size.IsEmpty)
            Launch(Stream, size.Config(GroupSize), a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11);
    }
}

/// <inheritdoc cref="Kernel{T1, T2}"/>
public sealed class Kernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
    Device device, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, int groupSize = 0)
    : LoadedKernel<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>>(
        device, kernel, groupSize, (accelerator, specialization) => accelerator.LoadKernel(kernel, specialization))
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct
    where T11 : struct where T12 : struct
{
    /// <inheritdoc cref="Kernel{T1, T2}.Run"/>
    public void Run(LaunchSize size, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12)
    {
        if (!size.IsEmpty)
            Launch(Stream, size.Config(GroupSize), a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12);
    }
}
