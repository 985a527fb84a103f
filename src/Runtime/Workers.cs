using System.Runtime.ExceptionServices;

namespace GpuNet;

/// <summary>
/// A small pool of threads that stay awake between the parallel regions of a step. A region is a number of parts; each part
/// writes data of its own, so that the result does not depend on which thread ran it, nor on how many threads there are.
/// </summary>
public sealed class Workers : IDisposable
{
    // Long enough to bridge the gap between two operators of a step, short enough to free the core when a step ends.
    private const int SpinsBeforeParking = 2000;
    private const int Closed = int.MaxValue;

    private readonly Thread[] threads;
    private readonly Lock entry = new();
    private readonly object parking = new();
    private Action<int> body = static _ => { };
    private int parts;
    private int completed;
    private int parked;
    private ExceptionDispatchInfo? failure;
    private volatile bool disposed;

    // Generation of the region in the upper half, next part to hand out in the lower.
    private long ticket = Closed;

    /// <summary>Starts the threads.</summary>
    /// <param name="count">Threads that take part in a region, the caller's own among them.</param>
    public Workers(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Count = count;
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
        if (threads.Length == 0 || parts <= 1 || entry.IsHeldByCurrentThread || !entry.TryEnter())
        {
            for (int part = 0; part < parts; part++)
                body(part);
            return;
        }
        try
        {
            long generation = (Volatile.Read(ref ticket) >> 32) + 1;
            // Closing first keeps a late worker from pairing the old ticket with the new body.
            Interlocked.Exchange(ref ticket, (generation << 32) | Closed);
            this.body = body;
            this.parts = parts;
            completed = 0;
            failure = null;
            Interlocked.Exchange(ref ticket, (generation + 1) << 32);
            if (Volatile.Read(ref parked) > 0)
            {
                lock (parking)
                    Monitor.PulseAll(parking);
            }
            TakeParts(generation + 1);
            var spin = new SpinWait();
            while (Volatile.Read(ref completed) < parts)
                spin.SpinOnce(sleep1Threshold: -1);
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
        lock (parking)
            Monitor.PulseAll(parking);
        foreach (Thread thread in threads)
            thread.Join();
    }

    private void TakeParts(long generation)
    {
        while (true)
        {
            long seen = Volatile.Read(ref ticket);
            int part = (int)seen;
            if (seen >> 32 != generation || part >= parts)
                return;
            Action<int> work = body;
            if (Interlocked.CompareExchange(ref ticket, seen + 1, seen) != seen)
                continue;
            try
            {
                work(part);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
            }
            finally
            {
                Interlocked.Increment(ref completed);
            }
        }
    }

    private void Work()
    {
        long last = 0;
        while (!disposed)
        {
            long generation = Volatile.Read(ref ticket) >> 32;
            if (generation != last)
            {
                TakeParts(generation);
                last = generation;
                continue;
            }
            if (!SpinUntilNews(last))
                Park(last);
        }
    }

    private bool SpinUntilNews(long last)
    {
        for (int i = 0; i < SpinsBeforeParking; i++)
        {
            if (Volatile.Read(ref ticket) >> 32 != last)
                return true;
            Thread.SpinWait(8);
        }
        return false;
    }

    private void Park(long last)
    {
        lock (parking)
        {
            Interlocked.Increment(ref parked);
            if (Volatile.Read(ref ticket) >> 32 == last && !disposed)
                Monitor.Wait(parking);
            Interlocked.Decrement(ref parked);
        }
    }
}
