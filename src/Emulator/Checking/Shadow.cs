using ILGPU.Runtime;

namespace GpuNet.Emulation;

/// <summary>Who used an element.</summary>
/// <param name="Group">The group's number in the grid.</param>
/// <param name="Lane">The lane's number in the group.</param>
/// <param name="IsWrite">Whether it wrote.</param>
internal readonly record struct Access(int Group, int Lane, bool IsWrite);

/// <summary>
/// What happened to each part of a memory block: whether it is written, and which lanes of the running launch read and wrote it last.
/// Kept in pages of 4 KiB that appear on first use, per word of 4 bytes until a smaller element is used, per byte after that.
/// One lane runs at a time while kernels are checked, so nothing here is locked.
/// </summary>
internal sealed class Shadow(long bytes)
{
    private const int PageShift = 12;
    private const int PageSize = 1 << PageShift;

    // A page of which everything is written and nothing used by the running launch.
    private static readonly Page written = new(0);

    // null: a page of which nothing is written.
    private readonly Page?[] pages = new Page?[(bytes + PageSize - 1) >> PageShift];

    internal enum Verdict
    {
        Allowed,
        Unwritten,
        Race,
    }

    /// <summary>Says that a range is written, or is not, and forgets who used it.</summary>
    internal void Mark(long offset, long length, bool isWritten)
    {
        for (long end = offset + length; offset < end;)
        {
            int index = (int)(offset >> PageShift);
            int start = (int)(offset & (PageSize - 1));
            int count = (int)Math.Min(end - offset, PageSize - start);
            if (count == PageSize || ((long)index << PageShift) + start + count == bytes && start == 0)
                pages[index] = isWritten ? written : null;
            else
                Materialize(index, start | count).Fill(start, count, new Cell { IsWritten = isWritten });
            offset += count;
        }
    }

    /// <summary>Checks an access against all before it and remembers it.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="size">The number of bytes.</param>
    /// <param name="isWrite">Whether it writes.</param>
    /// <param name="lane">The lane, or null for the host.</param>
    /// <param name="other">With <see cref="Verdict.Race"/> the other access.</param>
    internal Verdict Access(long offset, int size, bool isWrite, Lane? lane, out Access other)
    {
        other = default;
        for (long end = offset + size; offset < end;)
        {
            int start = (int)(offset & (PageSize - 1));
            int count = (int)Math.Min(end - offset, PageSize - start);
            Page page = Materialize((int)(offset >> PageShift), start | count);
            Span<Cell> cells = page.Cells(start, count);
            foreach (ref Cell cell in cells)
            {
                if (!isWrite && !cell.IsWritten)
                    return Verdict.Unwritten;
                if (lane != null && !(isWrite ? cell.TryWrite(lane, out other) : cell.TryRead(lane, out other)))
                    return Verdict.Race;
                cell.IsWritten = true;
            }
            offset += count;
        }
        return Verdict.Allowed;
    }

    private Page Materialize(int index, int position)
    {
        int shift = (position & 3) == 0 ? 2 : 0;
        Page? page = pages[index];
        if (page == null || page == written)
        {
            bool isWritten = page == written;
            pages[index] = page = new Page(shift);
            if (isWritten)
                page.Fill(0, PageSize, new Cell { IsWritten = true });
        }
        else if (page.Shift > shift)
        {
            pages[index] = page = page.Split();
        }
        return page;
    }

    private sealed class Page(int shift)
    {
        private readonly Cell[] cells = new Cell[shift == 0 ? PageSize : PageSize >> shift];

        internal int Shift => shift;

        internal Span<Cell> Cells(int start, int count) => cells.AsSpan(start >> shift, count >> shift);

        internal void Fill(int start, int count, Cell cell) => Cells(start, count).Fill(cell);

        internal Page Split()
        {
            var bytes = new Page(0);
            for (int i = 0; i < PageSize; i++)
                bytes.cells[i] = cells[i >> shift];
            return bytes;
        }
    }

    /// <summary>
    /// The last write, and the reads, of the launch that used the cell last. Earlier writes need not be kept: they were ordered before
    /// the last one or were reported. Of the reads, two groups tell that no group may write, and two lanes of the group's present
    /// phase that none of its lanes may.
    /// </summary>
    private struct Cell
    {
        private int writeLaunch;
        private int writeGroup;
        private int writePhase;
        private int readLaunch;
        private int readGroup;
        private int otherReadGroup;
        private int readPhase;
        private ushort writeLane;
        private ushort readLane;
        private ushort otherReadLane;

        internal bool IsWritten;

        internal bool TryWrite(Lane lane, out Access other)
        {
            GroupRun group = lane.Group;
            if (WasWrittenByOther(lane))
            {
                other = new Access(writeGroup, writeLane, true);
                return false;
            }
            if (readLaunch == group.LaunchId)
            {
                int readers = readGroup != group.Number ? readGroup : otherReadGroup;
                int reader = readLane != lane.Number ? readLane : otherReadLane;
                other = new Access(readers, reader, false);
                if (readers != group.Number || readPhase == group.Phase && reader != lane.Number)
                    return false;
            }
            (writeLaunch, writeGroup, writePhase, writeLane) = (group.LaunchId, group.Number, group.Phase, (ushort)lane.Number);
            other = default;
            return true;
        }

        internal bool TryRead(Lane lane, out Access other)
        {
            GroupRun group = lane.Group;
            if (WasWrittenByOther(lane))
            {
                other = new Access(writeGroup, writeLane, true);
                return false;
            }
            other = default;
            if (readLaunch != group.LaunchId)
                (readLaunch, readGroup, otherReadGroup, readPhase) = (group.LaunchId, group.Number, group.Number, -1);
            if (readGroup != group.Number)
                (otherReadGroup, readGroup, readPhase) = (readGroup, group.Number, -1);
            if (readPhase != group.Phase)
                (readPhase, readLane, otherReadLane) = (group.Phase, (ushort)lane.Number, (ushort)lane.Number);
            else if (readLane != lane.Number)
                (readLane, otherReadLane) = ((ushort)lane.Number, readLane);
            return true;
        }

        private readonly bool WasWrittenByOther(Lane lane)
        {
            GroupRun group = lane.Group;
            return writeLaunch == group.LaunchId
                && (writeGroup != group.Number || writePhase == group.Phase && writeLane != lane.Number);
        }
    }
}
