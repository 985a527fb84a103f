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
            if (warps.All(w => w.Live == 0))
                return;
            int[] places = [.. warps.SelectMany(w => w.BarrierPlaces).Distinct()];
            if (warps.Any(w => w.Live != w.All) || places.Length > 1)
            {
                string where = string.Join(" and ", places.Select(p => $"instruction {p}"));
                throw new PtxFault($"{Kernel.Source.Name}, group {at}: {warps.Sum(w => w.WaitingLanes)} of {Threads} threads wait at the barrier of {where}, the others have ended");
            }
            Clock.PassBarrier();
            foreach (PtxWarp warp in warps)
                warp.PassBarrier();
        }
    }

    public void Dispose() => Shared.Dispose();
}
