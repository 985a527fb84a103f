namespace GpuNet;

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
