using ILGPU;
using ILGPU.Runtime;

namespace GpuNet;

/// <summary>What every loaded kernel has in common: the device, and the group size its launches use.</summary>
public abstract class Kernel
{
    private protected Kernel(Device device, int groupSize)
    {
        ArgumentNullException.ThrowIfNull(device);
        GroupSize = Threads(device, groupSize);
        Stream = device.Stream;
    }

    /// <summary>Threads of a group.</summary>
    public int GroupSize { get; }

    private protected AcceleratorStream Stream { get; }

    private protected static int Threads(Device device, int groupSize) => groupSize > 0 ? groupSize : device.PlainGroupSize;

    // Enough groups for a thread an element; the kernel itself drops the threads past the end.
    private protected KernelConfig Config(int threads) => new((threads + GroupSize - 1) / GroupSize, GroupSize);

    private protected KernelConfig Config(GroupCount groups) => new(new Index3D(groups.X, groups.Y, groups.Z), new Index3D(GroupSize, 1, 1));
}

/// <summary>
/// A kernel loaded for a device once, when a plan is built, and launched in every step without allocating.
/// </summary>
/// <param name="device">Device to compile for.</param>
/// <param name="kernel">Static method; its threads find their place by <c>Grid</c> and <c>Group</c>.</param>
/// <param name="groupSize">Threads of a group; 0 where the kernel does not care.</param>
public sealed class Kernel<T1, T2>(Device device, Action<T1, T2> kernel, int groupSize = 0) : Kernel(device, groupSize)
    where T1 : struct
    where T2 : struct
{
    private readonly Action<AcceleratorStream, KernelConfig, T1, T2> launch =
        device.Load(kernel, Threads(device, groupSize), specialization => device.Accelerator.LoadKernel(kernel, specialization));

    /// <summary>Queues at least <paramref name="threads"/> threads.</summary>
    public void Run(int threads, T1 a1, T2 a2)
    {
        if (threads > 0)
            launch(Stream, Config(threads), a1, a2);
    }

    /// <summary>Queues <paramref name="groups"/> of <see cref="Kernel.GroupSize"/> threads each.</summary>
    public void Run(GroupCount groups, T1 a1, T2 a2) => launch(Stream, Config(groups), a1, a2);
}

/// <summary>A loaded kernel of 3 arguments; see <see cref="Kernel{T1, T2}"/>.</summary>
/// <param name="device">Device to compile for.</param>
/// <param name="kernel">Static method; its threads find their place by <c>Grid</c> and <c>Group</c>.</param>
/// <param name="groupSize">Threads of a group; 0 where the kernel does not care.</param>
public sealed class Kernel<T1, T2, T3>(Device device, Action<T1, T2, T3> kernel, int groupSize = 0) : Kernel(device, groupSize)
    where T1 : struct
    where T2 : struct
    where T3 : struct
{
    private readonly Action<AcceleratorStream, KernelConfig, T1, T2, T3> launch =
        device.Load(kernel, Threads(device, groupSize), specialization => device.Accelerator.LoadKernel(kernel, specialization));

    /// <summary>Queues at least <paramref name="threads"/> threads.</summary>
    public void Run(int threads, T1 a1, T2 a2, T3 a3)
    {
        if (threads > 0)
            launch(Stream, Config(threads), a1, a2, a3);
    }

    /// <summary>Queues <paramref name="groups"/> of <see cref="Kernel.GroupSize"/> threads each.</summary>
    public void Run(GroupCount groups, T1 a1, T2 a2, T3 a3) => launch(Stream, Config(groups), a1, a2, a3);
}

/// <summary>A loaded kernel of 4 arguments; see <see cref="Kernel{T1, T2}"/>.</summary>
/// <param name="device">Device to compile for.</param>
/// <param name="kernel">Static method; its threads find their place by <c>Grid</c> and <c>Group</c>.</param>
/// <param name="groupSize">Threads of a group; 0 where the kernel does not care.</param>
public sealed class Kernel<T1, T2, T3, T4>(Device device, Action<T1, T2, T3, T4> kernel, int groupSize = 0) : Kernel(device, groupSize)
    where T1 : struct
    where T2 : struct
    where T3 : struct
    where T4 : struct
{
    private readonly Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4> launch =
        device.Load(kernel, Threads(device, groupSize), specialization => device.Accelerator.LoadKernel(kernel, specialization));

    /// <summary>Queues at least <paramref name="threads"/> threads.</summary>
    public void Run(int threads, T1 a1, T2 a2, T3 a3, T4 a4)
    {
        if (threads > 0)
            launch(Stream, Config(threads), a1, a2, a3, a4);
    }

    /// <summary>Queues <paramref name="groups"/> of <see cref="Kernel.GroupSize"/> threads each.</summary>
    public void Run(GroupCount groups, T1 a1, T2 a2, T3 a3, T4 a4) => launch(Stream, Config(groups), a1, a2, a3, a4);
}

/// <summary>A loaded kernel of 5 arguments; see <see cref="Kernel{T1, T2}"/>.</summary>
/// <param name="device">Device to compile for.</param>
/// <param name="kernel">Static method; its threads find their place by <c>Grid</c> and <c>Group</c>.</param>
/// <param name="groupSize">Threads of a group; 0 where the kernel does not care.</param>
public sealed class Kernel<T1, T2, T3, T4, T5>(Device device, Action<T1, T2, T3, T4, T5> kernel, int groupSize = 0) : Kernel(device, groupSize)
    where T1 : struct
    where T2 : struct
    where T3 : struct
    where T4 : struct
    where T5 : struct
{
    private readonly Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5> launch =
        device.Load(kernel, Threads(device, groupSize), specialization => device.Accelerator.LoadKernel(kernel, specialization));

    /// <summary>Queues at least <paramref name="threads"/> threads.</summary>
    public void Run(int threads, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5)
    {
        if (threads > 0)
            launch(Stream, Config(threads), a1, a2, a3, a4, a5);
    }

    /// <summary>Queues <paramref name="groups"/> of <see cref="Kernel.GroupSize"/> threads each.</summary>
    public void Run(GroupCount groups, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5) => launch(Stream, Config(groups), a1, a2, a3, a4, a5);
}

/// <summary>A loaded kernel of 6 arguments; see <see cref="Kernel{T1, T2}"/>.</summary>
/// <param name="device">Device to compile for.</param>
/// <param name="kernel">Static method; its threads find their place by <c>Grid</c> and <c>Group</c>.</param>
/// <param name="groupSize">Threads of a group; 0 where the kernel does not care.</param>
public sealed class Kernel<T1, T2, T3, T4, T5, T6>(Device device, Action<T1, T2, T3, T4, T5, T6> kernel, int groupSize = 0) : Kernel(device, groupSize)
    where T1 : struct
    where T2 : struct
    where T3 : struct
    where T4 : struct
    where T5 : struct
    where T6 : struct
{
    private readonly Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6> launch =
        device.Load(kernel, Threads(device, groupSize), specialization => device.Accelerator.LoadKernel(kernel, specialization));

    /// <summary>Queues at least <paramref name="threads"/> threads.</summary>
    public void Run(int threads, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6)
    {
        if (threads > 0)
            launch(Stream, Config(threads), a1, a2, a3, a4, a5, a6);
    }

    /// <summary>Queues <paramref name="groups"/> of <see cref="Kernel.GroupSize"/> threads each.</summary>
    public void Run(GroupCount groups, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6) => launch(Stream, Config(groups), a1, a2, a3, a4, a5, a6);
}

/// <summary>A loaded kernel of 7 arguments; see <see cref="Kernel{T1, T2}"/>.</summary>
/// <param name="device">Device to compile for.</param>
/// <param name="kernel">Static method; its threads find their place by <c>Grid</c> and <c>Group</c>.</param>
/// <param name="groupSize">Threads of a group; 0 where the kernel does not care.</param>
public sealed class Kernel<T1, T2, T3, T4, T5, T6, T7>(Device device, Action<T1, T2, T3, T4, T5, T6, T7> kernel, int groupSize = 0) : Kernel(device, groupSize)
    where T1 : struct
    where T2 : struct
    where T3 : struct
    where T4 : struct
    where T5 : struct
    where T6 : struct
    where T7 : struct
{
    private readonly Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7> launch =
        device.Load(kernel, Threads(device, groupSize), specialization => device.Accelerator.LoadKernel(kernel, specialization));

    /// <summary>Queues at least <paramref name="threads"/> threads.</summary>
    public void Run(int threads, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7)
    {
        if (threads > 0)
            launch(Stream, Config(threads), a1, a2, a3, a4, a5, a6, a7);
    }

    /// <summary>Queues <paramref name="groups"/> of <see cref="Kernel.GroupSize"/> threads each.</summary>
    public void Run(GroupCount groups, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7) => launch(Stream, Config(groups), a1, a2, a3, a4, a5, a6, a7);
}

/// <summary>A loaded kernel of 8 arguments; see <see cref="Kernel{T1, T2}"/>.</summary>
/// <param name="device">Device to compile for.</param>
/// <param name="kernel">Static method; its threads find their place by <c>Grid</c> and <c>Group</c>.</param>
/// <param name="groupSize">Threads of a group; 0 where the kernel does not care.</param>
public sealed class Kernel<T1, T2, T3, T4, T5, T6, T7, T8>(Device device, Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel, int groupSize = 0) : Kernel(device, groupSize)
    where T1 : struct
    where T2 : struct
    where T3 : struct
    where T4 : struct
    where T5 : struct
    where T6 : struct
    where T7 : struct
    where T8 : struct
{
    private readonly Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> launch =
        device.Load(kernel, Threads(device, groupSize), specialization => device.Accelerator.LoadKernel(kernel, specialization));

    /// <summary>Queues at least <paramref name="threads"/> threads.</summary>
    public void Run(int threads, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8)
    {
        if (threads > 0)
            launch(Stream, Config(threads), a1, a2, a3, a4, a5, a6, a7, a8);
    }

    /// <summary>Queues <paramref name="groups"/> of <see cref="Kernel.GroupSize"/> threads each.</summary>
    public void Run(GroupCount groups, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8) => launch(Stream, Config(groups), a1, a2, a3, a4, a5, a6, a7, a8);
}

/// <summary>A loaded kernel of 9 arguments; see <see cref="Kernel{T1, T2}"/>.</summary>
/// <param name="device">Device to compile for.</param>
/// <param name="kernel">Static method; its threads find their place by <c>Grid</c> and <c>Group</c>.</param>
/// <param name="groupSize">Threads of a group; 0 where the kernel does not care.</param>
public sealed class Kernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(Device device, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, int groupSize = 0) : Kernel(device, groupSize)
    where T1 : struct
    where T2 : struct
    where T3 : struct
    where T4 : struct
    where T5 : struct
    where T6 : struct
    where T7 : struct
    where T8 : struct
    where T9 : struct
{
    private readonly Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> launch =
        device.Load(kernel, Threads(device, groupSize), specialization => device.Accelerator.LoadKernel(kernel, specialization));

    /// <summary>Queues at least <paramref name="threads"/> threads.</summary>
    public void Run(int threads, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9)
    {
        if (threads > 0)
            launch(Stream, Config(threads), a1, a2, a3, a4, a5, a6, a7, a8, a9);
    }

    /// <summary>Queues <paramref name="groups"/> of <see cref="Kernel.GroupSize"/> threads each.</summary>
    public void Run(GroupCount groups, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9) => launch(Stream, Config(groups), a1, a2, a3, a4, a5, a6, a7, a8, a9);
}

/// <summary>A loaded kernel of 10 arguments; see <see cref="Kernel{T1, T2}"/>.</summary>
/// <param name="device">Device to compile for.</param>
/// <param name="kernel">Static method; its threads find their place by <c>Grid</c> and <c>Group</c>.</param>
/// <param name="groupSize">Threads of a group; 0 where the kernel does not care.</param>
public sealed class Kernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(Device device, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, int groupSize = 0) : Kernel(device, groupSize)
    where T1 : struct
    where T2 : struct
    where T3 : struct
    where T4 : struct
    where T5 : struct
    where T6 : struct
    where T7 : struct
    where T8 : struct
    where T9 : struct
    where T10 : struct
{
    private readonly Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> launch =
        device.Load(kernel, Threads(device, groupSize), specialization => device.Accelerator.LoadKernel(kernel, specialization));

    /// <summary>Queues at least <paramref name="threads"/> threads.</summary>
    public void Run(int threads, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10)
    {
        if (threads > 0)
            launch(Stream, Config(threads), a1, a2, a3, a4, a5, a6, a7, a8, a9, a10);
    }

    /// <summary>Queues <paramref name="groups"/> of <see cref="Kernel.GroupSize"/> threads each.</summary>
    public void Run(GroupCount groups, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10) => launch(Stream, Config(groups), a1, a2, a3, a4, a5, a6, a7, a8, a9, a10);
}

/// <summary>A loaded kernel of 11 arguments; see <see cref="Kernel{T1, T2}"/>.</summary>
/// <param name="device">Device to compile for.</param>
/// <param name="kernel">Static method; its threads find their place by <c>Grid</c> and <c>Group</c>.</param>
/// <param name="groupSize">Threads of a group; 0 where the kernel does not care.</param>
public sealed class Kernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(Device device, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, int groupSize = 0) : Kernel(device, groupSize)
    where T1 : struct
    where T2 : struct
    where T3 : struct
    where T4 : struct
    where T5 : struct
    where T6 : struct
    where T7 : struct
    where T8 : struct
    where T9 : struct
    where T10 : struct
    where T11 : struct
{
    private readonly Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> launch =
        device.Load(kernel, Threads(device, groupSize), specialization => device.Accelerator.LoadKernel(kernel, specialization));

    /// <summary>Queues at least <paramref name="threads"/> threads.</summary>
    public void Run(int threads, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11)
    {
        if (threads > 0)
            launch(Stream, Config(threads), a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11);
    }

    /// <summary>Queues <paramref name="groups"/> of <see cref="Kernel.GroupSize"/> threads each.</summary>
    public void Run(GroupCount groups, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11) => launch(Stream, Config(groups), a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11);
}

/// <summary>A loaded kernel of 12 arguments; see <see cref="Kernel{T1, T2}"/>.</summary>
/// <param name="device">Device to compile for.</param>
/// <param name="kernel">Static method; its threads find their place by <c>Grid</c> and <c>Group</c>.</param>
/// <param name="groupSize">Threads of a group; 0 where the kernel does not care.</param>
public sealed class Kernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(Device device, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, int groupSize = 0) : Kernel(device, groupSize)
    where T1 : struct
    where T2 : struct
    where T3 : struct
    where T4 : struct
    where T5 : struct
    where T6 : struct
    where T7 : struct
    where T8 : struct
    where T9 : struct
    where T10 : struct
    where T11 : struct
    where T12 : struct
{
    private readonly Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> launch =
        device.Load(kernel, Threads(device, groupSize), specialization => device.Accelerator.LoadKernel(kernel, specialization));

    /// <summary>Queues at least <paramref name="threads"/> threads.</summary>
    public void Run(int threads, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12)
    {
        if (threads > 0)
            launch(Stream, Config(threads), a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12);
    }

    /// <summary>Queues <paramref name="groups"/> of <see cref="Kernel.GroupSize"/> threads each.</summary>
    public void Run(GroupCount groups, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12) => launch(Stream, Config(groups), a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12);
}
