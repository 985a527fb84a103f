namespace GpuNet;

/// <summary>How a <see cref="BatchLoader"/> cuts a data set into batches.</summary>
/// <param name="BatchSize">Samples a batch, 1 or more.</param>
/// <param name="Shuffle">Whether each epoch has an order of its own, drawn from (seed, epoch); if not, samples keep theirs.</param>
/// <param name="DropLast">Whether a partial last batch is left out. It needs a data set of at least one batch.</param>
/// <param name="Seed">Seed of order and augmentation.</param>
/// <param name="Augmentation">Random changes, none if null; made only if <paramref name="Training"/>.</param>
/// <param name="Training">Whether samples are drawn to learn from, with random changes.</param>
/// <param name="Ahead">Batches prepared ahead of the one in use, 1 or more.</param>
/// <param name="Workers">Threads that read samples; 0 for as many as there are processors.</param>
public sealed record BatchLoaderOptions(
    int BatchSize,
    bool Shuffle = false,
    bool DropLast = false,
    ulong Seed = 0,
    Augmentation? Augmentation = null,
    bool Training = false,
    int Ahead = 2,
    int Workers = 0)
{
    /// <summary>Shuffled, augmented, whole batches only.</summary>
    /// <param name="batchSize">Samples a batch.</param>
    /// <param name="seed">Seed of order and augmentation.</param>
    /// <param name="augmentation">Random changes; those that suit a set are <see cref="ImageData.Augmentation"/>.</param>
    public static BatchLoaderOptions ForTraining(int batchSize, ulong seed, Augmentation? augmentation = null) =>
        new(batchSize, Shuffle: true, DropLast: true, seed, augmentation, Training: true);

    /// <summary>Every sample once, in order and unchanged.</summary>
    /// <param name="batchSize">Samples a batch.</param>
    public static BatchLoaderOptions ForEvaluation(int batchSize) => new(batchSize);
}
