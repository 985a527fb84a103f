using System.Runtime.ExceptionServices;

namespace ILGPU.Runtime;

/// <summary>A running launch: hands groups to the calling thread and to helpers from the thread pool.</summary>
/// <param name="accelerator">Where it runs.</param>
/// <param name="kernelName">The kernel for messages.</param>
internal abstract class Launch(Accelerator accelerator, string kernelName) : IThreadPoolWorkItem
{
    private static int lastId;

    [ThreadStatic]
    private static GroupRun? idleRun;

    private readonly ManualResetEventSlim helpersDone = new(false);
    private volatile Exception? failure;
    private int groups;
    private int chunk;
    private int nextGroup;
    private int isOpen;
    private int helpers;

    internal Accelerator Accelerator => accelerator;

    internal string KernelName => kernelName;

    internal bool IsChecked { get; } = accelerator.Context.ChecksKernels;

    internal KernelConfig Config { get; private set; }

    /// <summary>Tells the accesses of different launches apart.</summary>
    internal int Id { get; private set; }

    /// <summary>Calls the kernel for one lane after another.</summary>
    internal abstract void RunLanes(Lane lane);

    /// <summary>A helper's share; it may come late, when the launch is over or the object serves the next one.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        Interlocked.Increment(ref helpers);
        if (Volatile.Read(ref isOpen) != 0)
            Work();
        if (Interlocked.Decrement(ref helpers) == 0)
            helpersDone.Set();
    }

    /// <summary>Runs all groups and throws what the first failing lane threw.</summary>
    private protected void Run(in KernelConfig config, bool isSequential)
    {
        Config = config;
        Id = Interlocked.Increment(ref lastId);
        failure = null;
        groups = config.GridDim.Size;
        nextGroup = 0;
        int workers = isSequential ? 1 : Math.Min(Environment.ProcessorCount, groups);
        chunk = workers == 1 ? groups : Math.Clamp(groups / (workers * 8), 1, 1 << 16);
        Interlocked.Exchange(ref isOpen, 1);
        for (int helper = 1; helper < workers; helper++)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        Work();
        Interlocked.Exchange(ref isOpen, 0);
        while (Volatile.Read(ref helpers) != 0)
        {
            helpersDone.Reset();
            if (Volatile.Read(ref helpers) != 0)
                helpersDone.Wait();
        }
        if (failure != null)
            ExceptionDispatchInfo.Throw(failure);
    }

    private void Work()
    {
        GroupRun run = idleRun ?? new GroupRun();
        idleRun = null;
        try
        {
            while (failure == null)
            {
                int first = Interlocked.Add(ref nextGroup, chunk) - chunk;
                if (first < 0 || first >= groups)
                    break;
                run.Execute(this, first, Math.Min(chunk, groups - first));
            }
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref failure, exception, null);
        }
        idleRun = run;
    }
}
