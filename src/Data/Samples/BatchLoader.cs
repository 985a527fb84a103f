namespace GpuNet;

/// <summary>
/// Prepares batches on threads of its own while the caller uses the one before. Buffers form a small ring allocated with the loader, which
/// bounds memory; the loader allocates nothing for a batch. One epoch runs at a time; what a batch holds depends on (options, epoch, index)
/// alone, whatever the number of threads.
/// </summary>
public sealed class BatchLoader : IDisposable
{
    /// <summary>Keeps this stream apart from the augmentation's.</summary>
    private const ulong Purpose = 0x6F72646572;

    private readonly SampleSet set;
    private readonly BatchLoaderOptions options;
    private readonly float mixup;
    private readonly bool checksLabels;
    private readonly int workers;
    private readonly Batch[] ring;
    private readonly int[] order;
    private readonly Lock gate = new();
    private Run? current;
    private volatile bool disposed;

    /// <summary>Allocates the ring; the threads start with each epoch.</summary>
    /// <param name="set">The samples.</param>
    /// <param name="options">Batch size, order and augmentation.</param>
    /// <exception cref="ArgumentException">An option is out of range or does not fit the data set.</exception>
    public BatchLoader(SampleSet set, BatchLoaderOptions options)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(options);
        if (options.BatchSize < 1)
            throw new ArgumentException($"expected a batch size of 1 or more, found {options.BatchSize}", nameof(options));
        if (options.Ahead < 1)
            throw new ArgumentException($"expected 1 or more batches ahead, found {options.Ahead}", nameof(options));
        if (options.Workers < 0)
            throw new ArgumentException($"expected 0 or more workers, found {options.Workers}", nameof(options));
        if (set.Count < 1)
            throw new ArgumentException($"{set.Name}: expected at least one sample, found none", nameof(set));
        if (options.DropLast && set.Count < options.BatchSize)
            throw new ArgumentException(
                $"{set.Name}: no whole batch of {options.BatchSize} in {set.Count} samples, and partial ones are dropped", nameof(options));
        this.set = set;
        this.options = options;
        mixup = options.Training ? options.Augmentation?.Mixup ?? 0 : 0;
        checksLabels = set.Classes.Count > 0
            && set.Fields.Any(f => f.Name == Mixup.Labels && f.Type == ElementType.Int32 && f.Length == 1);
        BatchCount = options.DropLast
            ? set.Count / options.BatchSize
            : (int)(((long)set.Count + options.BatchSize - 1) / options.BatchSize);
        IReadOnlyList<SampleField> fields = mixup > 0 ? [.. set.Fields, .. Mixup.Added(set)] : set.Fields;
        ring = new Batch[Math.Min(options.Ahead + 1, BatchCount)];
        for (int i = 0; i < ring.Length; i++)
            ring[i] = new Batch(fields, options.BatchSize);
        workers = (int)Math.Min(options.Workers == 0 ? Environment.ProcessorCount : options.Workers, (long)ring.Length * options.BatchSize);
        order = new int[set.Count];
    }

    /// <summary>Batches an epoch.</summary>
    public int BatchCount { get; }

    /// <summary>Samples an epoch: all, or the whole batches of them.</summary>
    public int SampleCount => options.DropLast ? BatchCount * options.BatchSize : set.Count;

    /// <summary>What batches hold: the fields of the set, and those that mixup adds.</summary>
    public IReadOnlyList<SampleField> Fields => ring[0].Fields;

    /// <summary>One pass over the data. Leaving the loop early is fine; a batch is valid until the next one is asked for.</summary>
    /// <param name="epoch">From 0; chooses order and augmentation.</param>
    /// <param name="first">The batch to begin with: those before it are not prepared, the others are what they would be.</param>
    /// <param name="cancellation">Ends the pass with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="InvalidOperationException">Another pass of this loader is under way.</exception>
    /// <exception cref="ObjectDisposedException">The loader was disposed, before or during the pass.</exception>
    /// <exception cref="OperationCanceledException">The pass was cancelled.</exception>
    public IEnumerable<Batch> Epoch(int epoch, int first = 0, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, BatchCount);
        ObjectDisposedException.ThrowIf(disposed, this);
        return Enumerate(epoch, first, cancellation);
    }

    private IEnumerable<Batch> Enumerate(int epoch, int first, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Run run = Start(epoch, first);
        try
        {
            using CancellationTokenRegistration registration = cancellation.UnsafeRegister(static r => ((Run)r!).Wake(), run);
            for (int i = first; i < BatchCount; i++)
            {
                Batch batch = ring[i % ring.Length];
                lock (run.State)
                    while (!(batch.Ready && batch.Index == i))
                    {
                        ObjectDisposedException.ThrowIf(disposed, this);
                        if (cancellation.IsCancellationRequested)
                            throw new OperationCanceledException("the epoch was cancelled", cancellation);
                        Monitor.Wait(run.State);
                    }
                ObjectDisposedException.ThrowIf(disposed, this);
                if (cancellation.IsCancellationRequested)
                    throw new OperationCanceledException("the epoch was cancelled", cancellation);
                // Batches finished before the failing one are still handed out, so the error always falls at the same place.
                batch.Failure?.Throw();
                yield return batch;
                run.Release();
            }
        }
        finally
        {
            Stop(run);
        }
    }

    private Run Start(int epoch, int first)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (current is not null)
                throw new InvalidOperationException(
                    "this loader is in the middle of an epoch: leave that loop first, or use a second loader");
            for (int s = 0; s < order.Length; s++)
                order[s] = s;
            if (options.Shuffle)
                new SplitMix64(options.Seed, Purpose, (ulong)epoch).Shuffle(order);
            foreach (Batch batch in ring)
                batch.Ready = false;
            var run = new Run(new SampleDraw(options.Seed, epoch, options.Training, options.Augmentation), first, workers);
            current = run;
            for (int i = 0; i < workers; i++)
            {
                run.Threads[i] = new Thread(() => Work(run)) { IsBackground = true, Name = $"GpuNet batches {i}" };
                run.Threads[i].Start();
            }
            return run;
        }
    }

    /// <summary>Ends a run and waits for its threads, each of which finishes its sample. Calling it twice is fine.</summary>
    private void Stop(Run run)
    {
        run.Stop();
        run.Join();
        lock (gate)
            if (current == run)
                current = null;
    }

    /// <summary>Ends a pass under way and its threads; its next batch then is an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        Run? run;
        lock (gate)
        {
            disposed = true;
            run = current;
        }
        run?.Stop();
        run?.Join();
    }

    /// <summary>What each thread does: takes the next sample, as long as its batch has a place in the ring.</summary>
    private void Work(Run run)
    {
        var sample = new Sample(ring[0].Buffers);
        var mixing = mixup > 0 ? new float[Fields.Max(f => f.Length)] : [];
        while (Take(run) is >= 0 and var item)
        {
            Batch batch = ring[item / options.BatchSize % ring.Length];
            int position = item % options.BatchSize;
            Exception? failure = null;
            try
            {
                Read(run.Draw, batch, position, order[item], sample);
            }
#pragma warning disable CA1031 // Whatever went wrong here belongs to the consumer: an exception on this thread would end the process.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failure = e;
            }
            bool last;
            lock (run.State)
                last = batch.Finish(position, failure);
            if (last)
                Complete(run, batch, mixing);
        }
    }

    /// <summary>The next sample's position in the epoch, or -1 if there is none.</summary>
    private int Take(Run run)
    {
        lock (run.State)
        {
            while (!run.Stopped && run.Next < BatchCount && run.Next >= run.Released + ring.Length)
                Monitor.Wait(run.State);
            if (run.Stopped || run.Next >= BatchCount)
                return -1;
            int start = run.Next * options.BatchSize, count = Math.Min(options.BatchSize, set.Count - start), item = start + run.Taken;
            if (run.Taken == 0)
                ring[run.Next % ring.Length].Begin(run.Next, count);
            if (++run.Taken == count)
                (run.Next, run.Taken) = (run.Next + 1, 0);
            return item;
        }
    }

    private void Read(SampleDraw draw, Batch batch, int position, int index, Sample sample)
    {
        batch.Samples[position] = index;
        batch.Buffers.Clear(position, 1);
        sample.PointAt(batch.Buffers, position);
        set.Read(index, draw, sample);
        if (checksLabels && sample.Integers(Mixup.Labels)[0] is int label && (uint)label >= (uint)set.Classes.Count)
            throw new InvalidDataException(
                $"{set.Name}: {set.Describe(index)}: expected a label 0..{set.Classes.Count - 1}, found {label}");
    }

    /// <summary>What the thread that read a batch's last sample does.</summary>
    private void Complete(Run run, Batch batch, float[] mixing)
    {
        int spare = options.BatchSize - batch.Count;
        if (spare > 0)
        {
            batch.Buffers.Clear(batch.Count, spare);
            batch.Samples.AsSpan(batch.Count).Clear();
        }
        if (mixup > 0)
            Mixup.Mix(batch, Mixup.Draw(mixup, run.Draw.Seed, run.Draw.Epoch, batch.Index), mixing);
        lock (run.State)
        {
            batch.Ready = true;
            Monitor.PulseAll(run.State);
        }
    }

    /// <summary>One pass: its threads and what they and the consumer tell each other under a lock.</summary>
    private sealed class Run(SampleDraw draw, int first, int workers)
    {
        /// <summary>Guards everything below and the state of batches; waited on and pulsed.</summary>
        public readonly object State = new();
        public readonly SampleDraw Draw = draw;
        public readonly Thread[] Threads = new Thread[workers];

        /// <summary>The batch whose samples are being taken, and how many of them were.</summary>
        public int Next = first, Taken;

        /// <summary>Batches that the consumer is done with, those before the first one included.</summary>
        public int Released = first;

        public bool Stopped;

        public void Release()
        {
            lock (State)
            {
                Released++;
                Monitor.PulseAll(State);
            }
        }

        public void Stop()
        {
            lock (State)
            {
                Stopped = true;
                Monitor.PulseAll(State);
            }
        }

        public void Wake()
        {
            lock (State)
                Monitor.PulseAll(State);
        }

        public void Join()
        {
            foreach (Thread thread in Threads)
                thread?.Join();
        }
    }
}
