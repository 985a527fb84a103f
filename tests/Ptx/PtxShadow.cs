using System.Runtime.CompilerServices;

namespace GpuNet.Tests.Ptx;

/// <summary>
/// Who touched memory last, and when: two bytes a cell. Time is the number of barriers
/// passed since the program began, so that what an earlier launch left needs no clearing.
/// </summary>
internal sealed class PtxShadow(long bytes)
{
    private const int Several = -1;

    private readonly Cell[] cells = new Cell[(bytes + 1) / 2];

    /// <summary>Notes an access and faults where another thread's, not ordered by a barrier, makes its result depend on chance.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Touch(long at, int size, PtxAccess access, int thread, PtxClock clock, bool isShared)
    {
        // Shared memory is another group's no more once that has ended.
        long start = isShared ? clock.Group : clock.Launch;
        for (long i = at >> 1; i < (at + size + 1) >> 1; i++)
        {
            ref Cell cell = ref cells[i];
            bool written = cell.WriteTime >= start;
            if (cell.InFlight && written)
                throw new PtxFault($"byte {at}: an asynchronous copy into it is still under way");
            if (written && cell.WriteTime < clock.Group)
                throw new PtxFault($"byte {at}: another group wrote it in this launch");
            if (cell.WriteTime == clock.Now && cell.Writer != thread)
                throw new PtxFault($"byte {at}: thread {cell.Writer} wrote it, and no barrier lies between");
            if (access == PtxAccess.Read)
                Read(ref cell, at, thread, clock, start, isShared && !written);
            else
                Write(ref cell, at, thread, clock, start, access);
        }
    }

    /// <summary>Notes that an asynchronous copy has arrived.</summary>
    public void Arrive(long at, int size, int thread, PtxClock clock)
    {
        for (long i = at >> 1; i < (at + size + 1) >> 1; i++)
        {
            cells[i].InFlight = false;
            (cells[i].WriteTime, cells[i].Writer) = (clock.Now, thread);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Read(ref Cell cell, long at, int thread, PtxClock clock, long start, bool unwritten)
    {
        if (unwritten)
            throw new PtxFault($"byte {at}: read before anything was written to it");
        if (cell.FirstRead < start)
            cell.FirstRead = clock.Now;
        cell.Reader = cell.ReadTime == clock.Now && cell.Reader != thread ? Several : thread;
        cell.ReadTime = clock.Now;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Write(ref Cell cell, long at, int thread, PtxClock clock, long start, PtxAccess access)
    {
        if (cell.FirstRead >= start && cell.FirstRead < clock.Group)
            throw new PtxFault($"byte {at}: another group read it in this launch");
        if (cell.ReadTime == clock.Now && cell.Reader != thread)
            throw new PtxFault($"byte {at}: {(cell.Reader == Several ? "several threads" : $"thread {cell.Reader}")} read it, and no barrier lies between");
        (cell.WriteTime, cell.Writer) = (clock.Now, thread);
        cell.InFlight = access == PtxAccess.CopyInto;
    }

    private struct Cell
    {
        public long WriteTime, ReadTime, FirstRead;
        public int Writer, Reader;
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
internal sealed class PtxClock
{
    private static long time;

    public long Launch { get; } = ++time;

    public long Group { get; private set; }

    public long Now { get; private set; }

    public void BeginGroup() => Group = Now = ++time;

    public void PassBarrier() => Now = ++time;
}
