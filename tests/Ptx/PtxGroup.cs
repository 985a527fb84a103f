namespace GpuNet.Tests.Ptx;

/// <summary>The threads of a group, in warps of 32. Each warp runs until its lanes have ended or wait at a barrier.</summary>
internal sealed class PtxGroup : IDisposable
{
    private readonly PtxWarp[] warps;

    public PtxGroup(PtxKernel kernel, PtxMemory memory, byte[] parameters, GroupCount groups, int threads, PtxClock clock)
    {
        Kernel = kernel;
        Memory = memory;
        Parameters = parameters;
        Groups = groups;
        Threads = threads;
        Clock = clock;
        Shared = new PtxSharedMemory(kernel.Source);
        warps = [.. Enumerable.Range(0, (threads + PtxWarp.Size - 1) / PtxWarp.Size).Select(i => new PtxWarp(this, i))];
    }

    public PtxKernel Kernel { get; }

    public PtxMemory Memory { get; }

    public PtxSharedMemory Shared { get; }

    public byte[] Parameters { get; }

    public GroupCount Groups { get; }

    public int Threads { get; }

    public PtxClock Clock { get; }

    /// <summary>Runs the group that has a place in the grid.</summary>
    public void Run(GroupCount at)
    {
        Clock.BeginGroup();
        foreach (PtxWarp warp in warps)
            warp.Start(at);
        while (true)
        {
            foreach (PtxWarp warp in warps)
                warp.Run();
            if (Array.TrueForAll(warps, static w => w.Live == 0))
                return;
            RequireOneBarrier(at);
            Clock.PassBarrier();
            foreach (PtxWarp warp in warps)
                warp.PassBarrier();
        }
    }

    private void RequireOneBarrier(GroupCount at)
    {
        (int Place, int Thread)[] threads = [.. warps.SelectMany(w => w.Places)];
        if (threads.All(t => t.Place == threads[0].Place))
            return;
        IEnumerable<string> where = threads.GroupBy(t => t.Place).OrderByDescending(g => g.Key).Select(some =>
            $"{Count(some.Count())} (the first is {some.First().Thread}) " +
            $"{(some.Key < 0 ? "have ended" : $"wait at the barrier of instruction {some.Key}")}");
        throw new PtxFault($"{Kernel.Title}: {string.Join(", ", where)}, {PtxFault.Group(at)}");
    }

    private static string Count(int threads) => threads == 1 ? "1 thread" : $"{threads} threads";

    public void Dispose()
    {
        Shared.Dispose();
        foreach (PtxWarp warp in warps)
            warp.Dispose();
    }
}
