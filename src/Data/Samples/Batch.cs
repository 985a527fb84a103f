using System.Runtime.ExceptionServices;

namespace GpuNet;

/// <summary>
/// Some samples ready for the network. The arrays belong to the loader and are used again: a batch is valid until the next one is asked
/// for. They always have room for a whole batch; of a partial last batch the entries from <see cref="Count"/> on are zero.
/// </summary>
public sealed class Batch
{
    private int done;
    private int failed;

    internal Batch(IReadOnlyList<SampleField> fields, int capacity)
    {
        Buffers = new SampleFields(fields, capacity);
        Samples = new int[capacity];
    }

    /// <summary>What there is: the fields of the set, and those that mixup adds.</summary>
    public IReadOnlyList<SampleField> Fields => Buffers.Fields;

    /// <summary>The index of each sample in its set.</summary>
    public int[] Samples { get; }

    /// <summary>Samples in this batch; below the batch size only in the last batch of an epoch.</summary>
    public int Count { get; private set; }

    /// <summary>Position of this batch in its epoch, from 0.</summary>
    public int Index { get; private set; }

    internal SampleFields Buffers { get; }

    /// <summary>Whether all samples are read and nobody writes any more.</summary>
    internal bool Ready { get; set; }

    /// <summary>What went wrong with the first of its samples that failed.</summary>
    internal ExceptionDispatchInfo? Failure { get; private set; }

    /// <summary>The values of a field of floats for the whole batch, sample after sample: NHWC.</summary>
    /// <param name="name">The field's name.</param>
    /// <exception cref="ArgumentException">There is no such field, or it has integers.</exception>
    public float[] Floats(string name) => Buffers.Floats(name, out _);

    /// <summary>The values of a field of integers for the whole batch, sample after sample.</summary>
    /// <param name="name">The field's name.</param>
    /// <exception cref="ArgumentException">There is no such field, or it has floats.</exception>
    public int[] Integers(string name) => Buffers.Integers(name, out _);

    /// <summary>Takes the place of an earlier batch in the ring. Callers hold the run's lock, also below.</summary>
    internal void Begin(int index, int count)
    {
        (Index, Count, Ready, Failure, done) = (index, count, false, null, 0);
    }

    /// <summary>Notes a sample as read or failed; says whether it was the last one.</summary>
    internal bool Finish(int position, Exception? failure)
    {
        // The first failing sample wins, whichever thread was quicker.
        if (failure is not null && (Failure is null || position < failed))
            (Failure, failed) = (ExceptionDispatchInfo.Capture(failure), position);
        return ++done == Count;
    }
}
