namespace ILGPU.Runtime;

/// <summary>
/// Threads for lanes that must be able to wait at a barrier. They are started when the first group needs them, used again by later
/// groups, and end after some seconds without work.
/// </summary>
internal static class LaneThreads
{
    // Kernels call a few small methods; most of it is never touched.
    private const int StackBytes = 256 * 1024;

    // Two groups of the largest size at a time; groups beyond that wait for each other.
    private const int Limit = 2048;

    private static readonly TimeSpan idleTime = TimeSpan.FromSeconds(5);
    private static readonly object gate = new();
    private static readonly List<Lane> idle = [];
    private static int reserved;

    /// <summary>Waits until a group's threads may be used.</summary>
    internal static void Reserve(int count)
    {
        lock (gate)
        {
            while (reserved > 0 && reserved + count > Limit)
                Monitor.Wait(gate);
            reserved += count;
        }
    }

    /// <summary>Gives back what was reserved.</summary>
    internal static void Release(int count)
    {
        lock (gate)
        {
            reserved -= count;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>A thread that will begin lanes of a group when it is woken.</summary>
    internal static Lane Take(GroupRun group)
    {
        lock (gate)
        {
            if (idle.Count > 0)
            {
                Lane lane = idle[^1];
                idle.RemoveAt(idle.Count - 1);
                lane.Group = group;
                return lane;
            }
        }
        return Start(group);
    }

    private static Lane Start(GroupRun group)
    {
        var lane = new Lane { Group = group };
        new Thread(Work, StackBytes) { IsBackground = true, Name = "lane" }.Start(lane);
        return lane;
    }

    private static void Work(object? argument)
    {
        var lane = (Lane)argument!;
        Lane.Enter(lane);
        while (true)
        {
            while (!lane.Wait(idleTime))
            {
                lock (gate)
                {
                    if (idle.Remove(lane))
                        return;
                }
            }
            Lane next = lane.Group.RunOnLaneThread(lane);
            // First idle, then the signal: the next lane may want this very thread.
            lock (gate)
                idle.Add(lane);
            next.Wake();
        }
    }
}
