namespace GpuNet.Data;

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
