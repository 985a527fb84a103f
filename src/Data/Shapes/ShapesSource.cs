namespace GpuNet;

/// <summary>
/// An embedded set to train on without a download: ten classes of filled shapes, 32 x 32 RGB, each drawn with its own colours, size,
/// rotation, position, background, clutter and noise. Image i of a part depends on (seed, part, i) alone: a longer set begins with the
/// shorter one, and the threads that draw it leave no trace. Labels repeat 0..9, so every class has its share.
/// </summary>
/// <param name="TrainCount">Training images, 1 to <see cref="MaxCount"/>.</param>
/// <param name="TestCount">Test images, 1 to <see cref="MaxCount"/>.</param>
/// <param name="Seed">Another seed gives other images of the same kind.</param>
internal sealed record ShapesSource(int TrainCount = 10_000, int TestCount = 2_000, ulong Seed = 1) : DatasetSource
{
    /// <summary>The most images a part can have: their pixels are one array.</summary>
    public const int MaxCount = 0x7FFFFFC7 / ShapePainter.ImageLength;

    /// <summary>The ten class names, in label order.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
        ["circle", "ring", "crescent", "triangle", "square", "pentagon", "star", "cross", "heart", "arrow"];

    /// <summary>Flips only: the shapes nearly fill the image, and a cut one may lose what tells its class.</summary>
    public override Augmentation Augmentation => new(FlipProbability: 0.5f);

    /// <inheritdoc/>
    public override string Text => $"shapes:train={TrainCount},test={TestCount},seed={Seed}";

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">A count is out of range.</exception>
    public override MemoryImages Load() =>
        new(Draw("shapes train", Seed, 0, TrainCount), Draw("shapes test", Seed, 1, TestCount)) { Augmentation = Augmentation };

    private static ImageDataset Draw(string name, ulong seed, ulong part, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxCount);
        byte[] pixels = new byte[count * ShapePainter.ImageLength];
        int[] labels = new int[count];
        // A chunk of images a task: one image takes about 0.1 ms, too little for a task of its own.
        const int chunk = 64;
        Parallel.For(0, (count + chunk - 1) / chunk, c =>
        {
            var painter = new ShapePainter();
            for (int i = c * chunk; i < Math.Min(count, (c + 1) * chunk); i++)
            {
                labels[i] = i % ClassNames.Count;
                painter.Paint(labels[i], new SplitMix64(seed, part, (ulong)i),
                    pixels.AsSpan(i * ShapePainter.ImageLength, ShapePainter.ImageLength));
            }
        });
        return new ImageDataset(name, ClassNames, ShapePainter.Side, ShapePainter.Side, 3, pixels, labels);
    }
}
