using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace GpuNet;

/// <summary>
/// A small pool of threads that stay awake between the parallel regions of a step. A region is a number of parts; each part
/// writes data of its own, so that the result does not depend on which thread ran it, nor on how many threads there are.
/// </summary>
public sealed class Workers : IDisposable
{
    // Long enough to bridge the gap between two regions of a step, short enough to free the core soon after a step ends.
    private static readonly long AwakeTicks = Stopwatch.Frequency / 2000;

    // A look at the ticket is much cheaper than one at the clock.
    private const int LooksPerClock = 32;

    // About as long as a part of the smallest region that is worth sharing.
    private const int LooksBeforeYielding = 256;

    private readonly Thread[] threads;
    private readonly Lock entry = new();
    private readonly object parking = new();
    private readonly bool crowded;
    private Action<int> body = static _ => { };
    private int parked;
    private ExceptionDispatchInfo? failure;
    private volatile bool disposed;

    // The first part not handed out yet in the upper half, the end of those in the lower. The caller takes from the front, the other
    // threads from the back: where regions are cut alike, each then finds in its cache what it wrote in the region before. Who takes
    // a part keeps the region open until it says that the part is done, so the body is read after taking one, never before.
    private Line ticket;

    // Parts that the threads, without the caller, have done.
    private Line completed;

    /// <summary>Starts the threads.</summary>
    /// <param name="count">Threads that take part in a region, the caller's own among them.</param>
    public Workers(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Count = count;
        crowded = count > Environment.ProcessorCount;
        threads = new Thread[count - 1];
        for (int i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(Work) { IsBackground = true, Name = $"GpuNet worker {i + 1}" };
            threads[i].Start();
        }
    }

    /// <summary>Threads that take part in a region, the caller's own among them.</summary>
    public int Count { get; }

    /// <summary>
    /// Runs <paramref name="body"/> once for each part and returns when all are done. A region started inside a region,
    /// or while another thread's region runs, is run by its caller alone.
    /// </summary>
    /// <param name="parts">How many parts there are; body gets 0 to parts - 1.</param>
    /// <param name="body">The work. The first exception it throws is thrown here; the other parts may or may not have run.</param>
    public void Run(int parts, Action<int> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentOutOfRangeException.ThrowIfNegative(parts);
        if (threads.Length == 0 || parts <= 1 || entry.IsHeldByCurrentThread || !entry.TryEnter())
        {
            for (int part = 0; part < parts; part++)
                body(part);
            return;
        }
        try
        {
            this.body = body;
            failure = null;
            completed.Value = 0;
            // A full fence: either a thread about to park sees the ticket, or it is seen here.
            Interlocked.Exchange(ref ticket.Value, parts);
            if (Volatile.Read(ref parked) > 0)
                Wake();
            int own = TakeParts(true);
            AwaitOthers(parts - own);
            failure?.Throw();
        }
        finally
        {
            entry.Exit();
        }
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        disposed = true;
        Wake();
        foreach (Thread thread in threads)
            thread.Join();
    }

    /// <summary>Runs parts until none is left to take.</summary>
    /// <param name="front">Whether to take the first of those left, or the last.</param>
    /// <returns>How many it ran.</returns>
    private int TakeParts(bool front)
    {
        int taken = 0;
        while (true)
        {
            long seen = Volatile.Read(ref ticket.Value);
            int first = (int)(seen >> 32), end = (int)seen;
            if (first == end)
                return taken;
            if (Interlocked.CompareExchange(ref ticket.Value, front ? seen + (1L << 32) : seen - 1, seen) != seen)
                continue;
            taken++;
            try
            {
                body(front ? first : end - 1);
            }
#pragma warning disable CA1031 // Whatever it is, it is thrown where the region was started.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
            }
        }
    }

    // A thread may have lost its core in the middle of a part; yielding lets it have this one.
    private void AwaitOthers(int count)
    {
        for (int look = 0; Volatile.Read(ref completed.Value) < count; look++)
        {
            if (crowded || look >= LooksBeforeYielding)
                Thread.Yield();
            else
                Thread.SpinWait(1);
        }
    }

    private void Work()
    {
        while (!disposed)
        {
            int taken = TakeParts(false);
            if (taken > 0)
                Interlocked.Add(ref completed.Value, taken);
            else if (!SpinUntilOpen())
                Park();
        }
    }

    private bool SpinUntilOpen()
    {
        long end = Stopwatch.GetTimestamp() + AwakeTicks;
        do
        {
            for (int look = 0; look < LooksPerClock; look++)
            {
                if (Open())
                    return true;
                Thread.SpinWait(1);
            }
            // With fewer cores than threads the one that spins may hold the core of one that works.
            if (crowded)
                Thread.Yield();
        }
        while (!disposed && Stopwatch.GetTimestamp() < end);
        return false;
    }

    private void Park()
    {
        lock (parking)
        {
            Interlocked.Increment(ref parked);
            if (!Open() && !disposed)
                Monitor.Wait(parking);
            Interlocked.Decrement(ref parked);
        }
    }

    private bool Open()
    {
        long seen = Volatile.Read(ref ticket.Value);
        return (int)(seen >> 32) != (int)seen;
    }

    private void Wake()
    {
        lock (parking)
            Monitor.PulseAll(parking);
    }

    /// <summary>A number with cache lines of its own, with the neighbour that hardware fetches alongside.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Line
    {
        [FieldOffset(128)]
        public long Value;
    }
}
