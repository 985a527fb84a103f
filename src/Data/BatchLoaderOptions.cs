namespace GpuNet.Data;

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
