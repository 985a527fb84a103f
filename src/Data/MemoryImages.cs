namespace GpuNet;

/// <summary>Images of one size in memory, such as CIFAR-10's.</summary>
public sealed class MemoryImages : ImageData
{
    /// <summary>Takes images in bytes.</summary>
    /// <param name="train">The images to learn from.</param>
    /// <param name="test">The images kept apart, of the same size and classes.</param>
    /// <param name="normalization">Bytes to floats; measured on the training images if null.</param>
    /// <exception cref="ArgumentException">The two differ in size or classes, or the normalisation in channels.</exception>
    public MemoryImages(ImageDataset train, ImageDataset test, Normalization? normalization = null)
        : this(train, test, Recipe(train, normalization))
    {
    }

    private MemoryImages(ImageDataset train, ImageDataset test, ImagePreprocessing preprocessing)
    {
        ArgumentNullException.ThrowIfNull(test);
        if ((test.Height, test.Width, test.Channels) != (train.Height, train.Width, train.Channels))
            throw new ArgumentException(
                $"{test.Name}: expected images of {train.Height}x{train.Width}x{train.Channels} as in {train.Name}, "
                + $"found {test.Height}x{test.Width}x{test.Channels}", nameof(test));
        if (!test.ClassNames.SequenceEqual(train.ClassNames))
            throw new ArgumentException($"{test.Name}: expected the classes of {train.Name}", nameof(test));
        if ((preprocessing.Height, preprocessing.Width, preprocessing.Channels) != (train.Height, train.Width, train.Channels))
            throw new ArgumentException(
                $"{train.Name}: expected a recipe for {train.Height}x{train.Width}x{train.Channels}, the size of its images, found one for "
                + $"{preprocessing.Height}x{preprocessing.Width}x{preprocessing.Channels}", nameof(preprocessing));
        TrainImages = train;
        TestImages = test;
        Preprocessing = preprocessing;
        Train = new Samples(train, preprocessing);
        Test = new Samples(test, preprocessing);
    }

    /// <summary>The training images in bytes.</summary>
    public ImageDataset TrainImages { get; }

    /// <summary>The test images in bytes.</summary>
    public ImageDataset TestImages { get; }

    /// <inheritdoc/>
    public override SampleSet Train { get; }

    /// <inheritdoc/>
    public override SampleSet Test { get; }

    /// <summary>Other pictures are resized so that their shorter side is that of the images: these show their whole subject.</summary>
    public override ImagePreprocessing Preprocessing { get; }

    /// <inheritdoc/>
    public override ImageData With(ImagePreprocessing preprocessing)
    {
        ArgumentNullException.ThrowIfNull(preprocessing);
        return new MemoryImages(TrainImages, TestImages, preprocessing) { Augmentation = Augmentation };
    }

    private static ImagePreprocessing Recipe(ImageDataset train, Normalization? normalization)
    {
        ArgumentNullException.ThrowIfNull(train);
        return new ImagePreprocessing(train.Height, train.Width, normalization ?? Normalization.Of(train))
        {
            Resize = Math.Min(train.Height, train.Width),
        };
    }

    private sealed class Samples(ImageDataset images, ImagePreprocessing preprocessing) : SampleSet
    {
        public override string Name => images.Name;

        public override int Count => images.Count;

        public override IReadOnlyList<SampleField> Fields { get; } = FieldsOf(preprocessing);

        public override IReadOnlyList<string> Classes => images.ClassNames;

        public override string Describe(int index) => $"image {index}";

        public override void Read(int index, SampleDraw draw, Sample sample)
        {
            ArgumentNullException.ThrowIfNull(sample);
            sample.Integers(Labels)[0] = images.Labels[index];
            Span<float> output = sample.Floats(Input);
            Augmentation change = draw.Changes;
            if (!change.ChangesPixels)
            {
                change.Write(images.Image(index), images.Height, images.Width, change.Draw(draw.Seed, draw.Epoch, index),
                    preprocessing.Normalization, output);
                return;
            }
            if (images.Channels != 3)
                throw new ArgumentException(
                    $"{Name}: boxes and colours need images of 3 channels, found {images.Channels}; leave them out of the augmentation");
            var image = new Image(images.Height, images.Width, images.Image(index).ToArray());
            preprocessing.Apply(image, draw, index, output);
        }
    }
}
