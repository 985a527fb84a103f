using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using GpuNet.Emulation;

namespace ILGPU.Runtime;

/// <summary>
/// The group that a worker is busy with. Its lanes run one at a time and in order. Without barriers that is a plain loop on the
/// worker's thread. A lane that reaches a barrier keeps its thread and passes the turn on: to a further thread, which goes on with the
/// lanes not begun yet, and when all lanes wait, back to the first of them.
/// </summary>
internal sealed partial class GroupRun
{
    internal Index3D GridIdx;
    internal Index3D GridDim;
    internal Index3D GroupDim;
    internal int Size;

    /// <summary>The group's number in the grid.</summary>
    internal int Number;

    /// <summary>How many barriers the group has passed.</summary>
    internal int Phase;

    private readonly Lane home = new();
    private readonly List<Lane> waiting = [];
    private readonly List<Lane> resumed = [];
    private Launch launch = null!;
    private int lastNumber;
    private int nextLane;
    private int nextResumed;
    private bool hasWaited;
    private Exception? failure;

    internal GroupRun() => home.Group = this;

    internal int LaunchId => launch.Id;

    internal int WarpSize => launch.Accelerator.WarpSize;

    internal string KernelName => launch.KernelName;

    private bool IsChecked => launch.IsChecked;

    /// <summary>Runs groups one after the other on the calling thread.</summary>
    internal void Execute(Launch launch, int first, int count)
    {
        this.launch = launch;
        GridDim = launch.Config.GridDim;
        GroupDim = launch.Config.GroupDim;
        Size = GroupDim.Size;
        lastNumber = first + count - 1;
        Lane? outer = Lane.Enter(home);
        try
        {
            for (int number = first; number <= lastNumber; number = Number + 1)
            {
                BeginGroup(number);
                RunLanes(home);
                if (hasWaited)
                    FinishOthers();
                if (failure != null)
                    ExceptionDispatchInfo.Throw(failure);
            }
        }
        finally
        {
            Lane.Enter(outer);
            failure = null;
            this.launch = null!;
        }
    }

    /// <summary>Sets a lane to the next one of the group, or in a plain loop to the first of the next group.</summary>
    internal bool BeginLane(Lane lane)
    {
        int number = nextLane;
        if (number == Size)
        {
            if (hasWaited || failure != null || Number == lastNumber)
                return false;
            BeginGroup(Number + 1);
            number = 0;
        }
        nextLane = number + 1;
        lane.Number = number;
        lane.SharedAllocations = 0;
        lane.Local.Reset();
        if (number == 0)
            lane.IdxX = lane.IdxY = lane.IdxZ = 0;
        else
            SetIndex(lane, number);
        return true;
    }

    /// <summary>Waits for every lane of the group.</summary>
    internal void Barrier(Lane lane, int line)
    {
        if (Size == 1)
        {
            Phase++;
            return;
        }
        if (!hasWaited)
        {
            hasWaited = true;
            LaneThreads.Reserve(Size - 1);
        }
        lane.HasWaited = true;
        lane.BarrierLine = line;
        waiting.Add(lane);
        Lane next = PassOn()!;
        if (next != lane)
        {
            next.Wake();
            lane.Wait();
        }
        if (failure != null)
            throw new LaneCancelled();
    }

    /// <summary>Begins lanes on a further thread, and names the thread that goes on when it is through.</summary>
    internal Lane RunOnLaneThread(Lane lane)
    {
        RunLanes(lane);
        return PassOn() ?? home;
    }

    /// <summary>A lane of this or another group for a message.</summary>
    internal string Describe(Access access) =>
        access.Group == Number ? $"lane {access.Lane} of the group" : $"lane {access.Lane} of group {access.Group}";

    private void BeginGroup(int number)
    {
        Number = number;
        int x = number % GridDim.X;
        int rest = number / GridDim.X;
        GridIdx = new Index3D(x, rest % GridDim.Y, rest / GridDim.Y);
        nextLane = 0;
        Phase = 0;
        hasWaited = false;
        ResetShared();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SetIndex(Lane lane, int number)
    {
        // Ahead by one lane, as a rule; the first lane of a further thread needs the division.
        if (number == lane.Number + 1 && lane.IdxX + 1 < GroupDim.X)
        {
            lane.IdxX++;
            return;
        }
        lane.IdxX = number % GroupDim.X;
        int rest = number / GroupDim.X;
        lane.IdxY = rest % GroupDim.Y;
        lane.IdxZ = rest / GroupDim.Y;
    }

    private void RunLanes(Lane lane)
    {
        lane.HasWaited = false;
        lane.Number = -2;
        try
        {
            launch.RunLanes(lane);
        }
        catch (LaneCancelled)
        {
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    private void FinishOthers()
    {
        if (PassOn() is { } next)
        {
            next.Wake();
            home.Wait();
        }
        LaneThreads.Release(Size - 1);
    }

    /// <summary>The thread that runs next, or null when the group is through.</summary>
    private Lane? PassOn()
    {
        if (nextLane < Size && TakeThread() is { } further)
            return further;
        if (nextResumed == resumed.Count)
        {
            if (waiting.Count == 0)
            {
                resumed.Clear();
                nextResumed = 0;
                return null;
            }
            if (IsChecked && failure == null)
                VerifyBarrier();
            OpenBarrier();
        }
        return resumed[nextResumed++];
    }

    private Lane? TakeThread()
    {
        try
        {
            return LaneThreads.Take(this);
        }
        catch (Exception exception)
        {
            // The system allows no more threads: the lanes that wait are told to give up.
            Fail(exception);
            return null;
        }
    }

    private void OpenBarrier()
    {
        resumed.Clear();
        resumed.AddRange(waiting);
        waiting.Clear();
        nextResumed = 0;
        Phase++;
    }

    private void VerifyBarrier()
    {
        string kernel = $"kernel '{KernelName}', group ({GridIdx.X}, {GridIdx.Y}, {GridIdx.Z})";
        int line = waiting[0].BarrierLine;
        if (waiting.Count < Size)
        {
            int missing = Enumerable.Range(0, Size).First(number => waiting.TrueForAll(lane => lane.Number != number));
            Fail(new KernelFaultException(KernelFault.Barrier,
                $"{kernel}: {waiting.Count} of {Size} lanes reached the barrier at line {line}, lane {missing} ended without it"));
        }
        else if (waiting.Find(lane => lane.BarrierLine != line) is { } other)
        {
            Fail(new KernelFaultException(KernelFault.Barrier,
                $"{kernel}: lane {waiting[0].Number} waits at the barrier at line {line}, lane {other.Number} at line {other.BarrierLine}"));
        }
    }

    private void Fail(Exception exception)
    {
        failure ??= exception;
        nextLane = Size;
    }

    /// <summary>Unwinds a lane whose group has failed.</summary>
    private sealed class LaneCancelled : Exception;
}
