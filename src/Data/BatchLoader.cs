using System.Runtime.ExceptionServices;

namespace GpuNet;

/// <summary>
/// Prepares batches on another thread while the caller uses the one before. Buffers form a small ring allocated with the loader; nothing
/// is allocated for a batch. One epoch runs at a time; what a batch holds depends on (options, epoch, index) alone.
/// </summary>
public sealed class BatchLoader : IDisposable
{
    /// <summary>Keeps this stream apart from the augmentation's.</summary>
    private const ulong Purpose = 0x6F72646572;

    private readonly ImageDataset dataset;
    private readonly BatchLoaderOptions options;
    private readonly Augmentation augmentation;
    private readonly Batch[] ring;
    private readonly int[] order;
    private readonly Lock gate = new();
    private Run? current;
    private volatile bool disposed;

    /// <summary>Allocates the ring; the thread starts with the first epoch.</summary>
    /// <param name="dataset">The images.</param>
    /// <param name="options">Batch size, order and augmentation.</param>
    /// <exception cref="ArgumentException">An option is out of range or does not fit the data set.</exception>
    public BatchLoader(ImageDataset dataset, BatchLoaderOptions options)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(options);
        if (options.BatchSize < 1)
            throw new ArgumentException($"expected a batch size of 1 or more, found {options.BatchSize}", nameof(options));
        if (options.Ahead < 1)
            throw new ArgumentException($"expected 1 or more batches ahead, found {options.Ahead}", nameof(options));
        if (options.DropLast && dataset.Count < options.BatchSize)
            throw new ArgumentException(
                $"{dataset.Name}: no whole batch of {options.BatchSize} in {dataset.Count} images, and partial ones are dropped",
                nameof(options));
        this.dataset = dataset;
        this.options = options;
        augmentation = options.Augmentation ?? Augmentation.None;
        Normalization = options.Normalization ?? Normalization.Of(dataset);
        if (Normalization.Channels != dataset.Channels)
            throw new ArgumentException(
                $"{dataset.Name}: expected a normalisation of {dataset.Channels} channels, found {Normalization.Channels}",
                nameof(options));
        BatchCount = options.DropLast
            ? dataset.Count / options.BatchSize
            : (int)(((long)dataset.Count + options.BatchSize - 1) / options.BatchSize);
        ring = new Batch[Math.Min(options.Ahead + 1, BatchCount)];
        for (int i = 0; i < ring.Length; i++)
            ring[i] = new Batch(options.BatchSize, dataset.ImageLength);
        order = new int[dataset.Count];
    }

    /// <summary>Batches an epoch.</summary>
    public int BatchCount { get; }

    /// <summary>Images an epoch: all, or the whole batches of them.</summary>
    public int SampleCount => options.DropLast ? BatchCount * options.BatchSize : dataset.Count;

    /// <summary>The normalisation in use, given or measured; hand it to the loader of the test set and save it with the model.</summary>
    public Normalization Normalization { get; }

    /// <summary>One pass over the data. Leaving the loop early is fine; a batch is valid until the next one is asked for.</summary>
    /// <param name="epoch">From 0; chooses order and augmentation.</param>
    /// <param name="cancellation">Ends the pass with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="InvalidOperationException">Another pass of this loader is under way.</exception>
    /// <exception cref="ObjectDisposedException">The loader was disposed, before or during the pass.</exception>
    /// <exception cref="OperationCanceledException">The pass was cancelled.</exception>
    public IEnumerable<Batch> Epoch(int epoch, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ObjectDisposedException.ThrowIf(disposed, this);
        return Enumerate(epoch, cancellation);
    }

    private IEnumerable<Batch> Enumerate(int epoch, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Run run = Start(epoch, cancellation);
        try
        {
            for (int i = 0; i < BatchCount; i++)
            {
                try
                {
                    run.Filled.Wait(run.Cancel.Token);
                }
                catch (OperationCanceledException)
                {
                    ObjectDisposedException.ThrowIf(disposed, this);
                    throw new OperationCanceledException("the epoch was cancelled", cancellation);
                }
                // Batches finished before the failing one are still handed out, so the error always falls at the same place.
                if (run.Failure is { } failure && run.FailedBatch == i)
                    failure.Throw();
                yield return ring[i % ring.Length];
                run.Free.Release();
            }
        }
        finally
        {
            Stop(run);
        }
    }

    private Run Start(int epoch, CancellationToken cancellation)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (current is not null)
                throw new InvalidOperationException(
                    "this loader is in the middle of an epoch: leave that loop first, or use a second loader");
            current = new Run(ring.Length, cancellation);
            Run run = current;
            run.Worker = new Thread(() => Work(run, epoch)) { IsBackground = true, Name = "GpuNet batches" };
            run.Worker.Start();
            return run;
        }
    }

    /// <summary>Ends a run and waits for its thread, which looks at the token before each sample. Calling it twice is fine.</summary>
    private void Stop(Run run)
    {
        run.Cancel.Cancel();
        run.Worker!.Join();
        lock (gate)
            if (current == run)
            {
                current = null;
                run.Dispose();
            }
    }

    /// <summary>Ends a pass under way and its thread; its next batch then is an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        Thread? worker;
        lock (gate)
        {
            // Under the lock, because the enumerator disposes the run under it.
            disposed = true;
            current?.Cancel.Cancel();
            worker = current?.Worker;
        }
        worker?.Join();
    }

    private void Work(Run run, int epoch)
    {
        CancellationToken token = run.Cancel.Token;
        int i = 0;
        try
        {
            for (int s = 0; s < order.Length; s++)
                order[s] = s;
            if (options.Shuffle)
                new SplitMix64(options.Seed, Purpose, (ulong)epoch).Shuffle(order);
            for (; i < BatchCount; i++)
            {
                run.Free.Wait(token);
                Fill(ring[i % ring.Length], i, epoch, token);
                run.Filled.Release();
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // The consumer left or cancelled; it looks at the token itself.
        }
#pragma warning disable CA1031 // Whatever went wrong here belongs to the consumer: an exception on this thread would end the process.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            run.FailedBatch = i;
            run.Failure = ExceptionDispatchInfo.Capture(failure);
            run.Filled.Release();
        }
    }

    private void Fill(Batch batch, int index, int epoch, CancellationToken token)
    {
        int start = index * options.BatchSize, length = dataset.ImageLength;
        batch.Index = index;
        batch.Count = Math.Min(options.BatchSize, dataset.Count - start);
        for (int i = 0; i < batch.Count; i++)
        {
            token.ThrowIfCancellationRequested();
            int sample = order[start + i];
            batch.Samples[i] = sample;
            batch.Labels[i] = dataset.Labels[sample];
            CropFlip placement = augmentation.Draw(options.Seed, epoch, sample);
            Span<float> output = batch.Images.AsSpan(i * length, length);
            augmentation.Write(dataset.Image(sample), dataset.Height, dataset.Width, placement, Normalization, output);
        }
        if (batch.Count < options.BatchSize)
        {
            batch.Images.AsSpan(batch.Count * length).Clear();
            batch.Labels.AsSpan(batch.Count).Clear();
            batch.Samples.AsSpan(batch.Count).Clear();
        }
    }

    /// <summary>One pass: the worker and what the two threads tell each other.</summary>
    private sealed class Run(int slots, CancellationToken cancellation) : IDisposable
    {
        public readonly SemaphoreSlim Free = new(slots), Filled = new(0);
        public readonly CancellationTokenSource Cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        public volatile ExceptionDispatchInfo? Failure;
        public int FailedBatch;
        public Thread? Worker;

        /// <summary>Lets go of the caller's token; semaphores whose wait handle was never asked for hold nothing.</summary>
        public void Dispose() => Cancel.Dispose();
    }
}

/// <summary>How a <see cref="BatchLoader"/> cuts a data set into batches.</summary>
/// <param name="BatchSize">Images a batch, 1 or more.</param>
/// <param name="Shuffle">Whether each epoch has an order of its own, drawn from (seed, epoch); if not, images keep theirs.</param>
/// <param name="DropLast">Whether a partial last batch is left out. It needs a data set of at least one batch.</param>
/// <param name="Seed">Seed of order and augmentation.</param>
/// <param name="Augmentation">Random changes, none if null.</param>
/// <param name="Normalization">Bytes to floats; measured on the data set itself if null. A test set takes the training set's.</param>
/// <param name="Ahead">Batches prepared ahead of the one in use, 1 or more.</param>
public sealed record BatchLoaderOptions(
    int BatchSize,
    bool Shuffle = false,
    bool DropLast = false,
    ulong Seed = 0,
    Augmentation? Augmentation = null,
    Normalization? Normalization = null,
    int Ahead = 2)
{
    /// <summary>Shuffled, augmented, whole batches only.</summary>
    /// <param name="batchSize">Images a batch.</param>
    /// <param name="seed">Seed of order and augmentation.</param>
    /// <param name="augmentation">Random changes; a source's own are <see cref="DatasetSource.Augmentation"/>.</param>
    public static BatchLoaderOptions Training(int batchSize, ulong seed, Augmentation augmentation) =>
        new(batchSize, Shuffle: true, DropLast: true, seed, augmentation);

    /// <summary>Every image once, in order and unchanged.</summary>
    /// <param name="batchSize">Images a batch.</param>
    /// <param name="normalization">The training set's.</param>
    public static BatchLoaderOptions Evaluation(int batchSize, Normalization normalization) =>
        new(batchSize, Normalization: normalization);
}

/// <summary>
/// Some samples ready for the network. The arrays belong to the loader and are used again: a batch is valid until the next one is asked
/// for. They always have room for a whole batch; of a partial last batch the entries from <see cref="Count"/> on are zero.
/// </summary>
public sealed class Batch
{
    internal Batch(int capacity, int imageLength)
    {
        Images = new float[checked(capacity * imageLength)];
        Labels = new int[capacity];
        Samples = new int[capacity];
    }

    /// <summary>Normalised images, NHWC.</summary>
    public float[] Images { get; }

    /// <summary>The class of each image.</summary>
    public int[] Labels { get; }

    /// <summary>The index of each image in its data set.</summary>
    public int[] Samples { get; }

    /// <summary>Images in this batch; below the batch size only in the last batch of an epoch.</summary>
    public int Count { get; internal set; }

    /// <summary>Position of this batch in its epoch, from 0.</summary>
    public int Index { get; internal set; }
}
