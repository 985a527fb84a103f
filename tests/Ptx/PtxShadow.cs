using System.Runtime.CompilerServices;

namespace GpuNet.Tests.Ptx;

/// <summary>
/// Who touched memory last, and when. Time is the number of barriers passed since the program began, so that what an earlier launch left
/// needs no clearing. A cell is a word of 4 bytes until half of one is touched; from then on upper halves have cells of their own.
/// </summary>
internal sealed class PtxShadow(long bytes)
{
    private readonly Cell[] cells = new Cell[(bytes + 3) / 4];
    private Cell[]? upper;

    /// <summary>
    /// Notes an access. Returns what is wrong with it: that another thread's access, not ordered by a barrier, makes its result depend on
    /// chance, or that it reads shared memory which nothing wrote; null if nothing is.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public string? Touch(long at, int size, PtxAccess access, int thread, PtxClock clock, bool isShared)
    {
        if (size < 4)
        {
            upper ??= (Cell[])cells.Clone();
            return Touch(ref ((at & 2) == 0 ? ref cells[at >> 2] : ref upper[at >> 2]), access, thread, clock, isShared);
        }
        string? wrong = null;
        for (long i = at >> 2; i < (at + size) >> 2; i++)
            wrong ??= Touch(ref cells[i], access, thread, clock, isShared);
        for (long i = at >> 2; upper is not null && i < (at + size) >> 2; i++)
            wrong ??= Touch(ref upper[i], access, thread, clock, isShared);
        return wrong;
    }

    /// <summary>Notes that an asynchronous copy of whole words has arrived.</summary>
    public void Arrive(long at, int size, int thread, PtxClock clock)
    {
        foreach (Cell[] part in upper is null ? [cells] : new[] { cells, upper })
        {
            for (long i = at >> 2; i < (at + size) >> 2; i++)
            {
                part[i].InFlight = false;
                (part[i].WriteTime, part[i].Writer) = (clock.Now, (short)thread);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static string? Touch(ref Cell cell, PtxAccess access, int thread, PtxClock clock, bool isShared)
    {
        // Shared memory is another group's no more once that has ended.
        int start = isShared ? clock.Group : clock.Launch;
        if (cell.WriteTime >= start)
        {
            if (cell.InFlight)
                return "while an asynchronous copy into it is still under way";
            if (cell.WriteTime < clock.Group)
                return InLaunch(clock, cell.Writer, "wrote", cell.WriteTime);
            if (cell.WriteTime == clock.Now && cell.Writer != thread)
                return WithoutBarrier(cell.Writer, "wrote");
        }
        else if (isShared && access == PtxAccess.Read)
        {
            return "before anything was written to it";
        }
        return access == PtxAccess.Read ? Read(ref cell, thread, clock, start) : Write(ref cell, access, thread, clock, start);
    }

    // Of those who read since the last barrier the first and one other are kept: whoever writes then has one of them against him.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static string? Read(ref Cell cell, int thread, PtxClock clock, int start)
    {
        if (cell.FirstReadTime < start)
            (cell.FirstReadTime, cell.FirstReader) = (clock.Now, (short)thread);
        if (cell.ReadTime != clock.Now)
            (cell.ReadTime, cell.Reader, cell.OtherReader) = (clock.Now, (short)thread, (short)thread);
        else if (cell.Reader != thread)
            cell.OtherReader = (short)thread;
        return null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static string? Write(ref Cell cell, PtxAccess access, int thread, PtxClock clock, int start)
    {
        if (cell.FirstReadTime >= start && cell.FirstReadTime < clock.Group)
            return InLaunch(clock, cell.FirstReader, "read", cell.FirstReadTime);
        if (cell.ReadTime == clock.Now && (cell.Reader != thread || cell.OtherReader != thread))
            return WithoutBarrier(cell.Reader != thread ? cell.Reader : cell.OtherReader, "read");
        (cell.WriteTime, cell.Writer) = (clock.Now, (short)thread);
        cell.InFlight = access == PtxAccess.CopyInto;
        return null;
    }

    private static string InLaunch(PtxClock clock, int thread, string did, int when) =>
        $"which thread {thread} of {PtxFault.Group(clock.GroupAt(when))} {did} in this launch";

    private static string WithoutBarrier(int thread, string did) => $"which thread {thread} {did}, and no barrier lies between";

    private struct Cell
    {
        public int WriteTime, ReadTime, FirstReadTime;
        public short Writer, Reader, OtherReader, FirstReader;
        public bool InFlight;
    }
}

/// <summary>What is done to memory.</summary>
internal enum PtxAccess
{
    Read,
    Write,

    /// <summary>An asynchronous copy into it begins.</summary>
    CopyInto,
}

/// <summary>The times that order accesses: of the launch, of the group, and of the last barrier.</summary>
/// <param name="groups">Groups of the launch on each axis.</param>
internal sealed class PtxClock(GroupCount groups)
{
    private static int time;

    private readonly List<int> starts = [];

    public int Launch { get; } = Next();

    public int Group { get; private set; }

    public int Now { get; private set; }

    public void BeginGroup()
    {
        Group = Now = Next();
        starts.Add(Now);
    }

    public void PassBarrier() => Now = Next();

    /// <summary>The group that ran at a time of this launch; groups run one after another, the first axis the quickest.</summary>
    public GroupCount GroupAt(int when)
    {
        int index = starts.FindLastIndex(s => s <= when);
        return new GroupCount(index % groups.X, index / groups.X % groups.Y, index / groups.X / groups.Y);
    }

    private static int Next() => Interlocked.Increment(ref time);
}
