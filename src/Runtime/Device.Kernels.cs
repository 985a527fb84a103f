using System.Collections.Concurrent;
using System.Reflection;
using ILGPU.Runtime;

namespace GpuNet;

/// <content>Kernels, compiled once.</content>
public sealed partial class Device
{
    private readonly ConcurrentDictionary<(MethodInfo Method, int GroupSize), Lazy<Delegate>> kernels = new();

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
}
