namespace GpuNet;

/// <summary>
/// Images in classes, some to learn from and some kept apart to measure what was learnt: what training of a classifier takes. Its sets have
/// the fields "input" [1, H, W, C], floats, and "labels" [1, 1, 1, 1], integers. <see cref="ImageFolder"/> reads pictures from
/// folders, <see cref="MemoryImages"/> has images of one size in memory, <see cref="Datasets.Open"/> opens either by text.
/// </summary>
public abstract class ImageData
{
    /// <summary>The field of images.</summary>
    public const string Input = "input";

    /// <summary>The field of labels.</summary>
    public const string Labels = "labels";

    /// <summary>The images to learn from.</summary>
    public abstract SampleSet Train { get; }

    /// <summary>The images kept apart to measure what was learnt.</summary>
    public abstract SampleSet Test { get; }

    /// <summary>How a picture becomes an input for evaluation and prediction. A checkpoint remembers it.</summary>
    public abstract ImagePreprocessing Preprocessing { get; }

    /// <summary>The random changes that suit these images; training makes them unless told otherwise.</summary>
    public virtual Augmentation Augmentation { get; init; } = Augmentation.None;

    /// <summary>One name a class; a label is an index into this list.</summary>
    public ClassNames Classes => Train.Classes as ClassNames ?? new ClassNames(Train.Classes);

    /// <summary>Rows of an input.</summary>
    public int Height => Preprocessing.Height;

    /// <summary>Columns of an input.</summary>
    public int Width => Preprocessing.Width;

    /// <summary>Channels of an input.</summary>
    public int Channels => Preprocessing.Channels;

    /// <summary>Bytes to floats.</summary>
    public Normalization Normalization => Preprocessing.Normalization;

    /// <summary>
    /// The same images prepared by another recipe, such as that of the checkpoint which is measured on them. Images in memory keep
    /// their size.
    /// </summary>
    /// <param name="preprocessing">The recipe.</param>
    /// <exception cref="ArgumentException">The images cannot be prepared like that.</exception>
    public abstract ImageData With(ImagePreprocessing preprocessing);

    /// <summary>The fields of a set prepared by a recipe.</summary>
    /// <param name="preprocessing">The recipe.</param>
    protected static IReadOnlyList<SampleField> FieldsOf(ImagePreprocessing preprocessing)
    {
        ArgumentNullException.ThrowIfNull(preprocessing);
        return ImageFields(preprocessing.Height, preprocessing.Width, preprocessing.Channels);
    }

    internal static IReadOnlyList<SampleField> ImageFields(int height, int width, int channels) =>
    [
        new SampleField(Input, new Shape(1, height, width, channels)),
        new SampleField(Labels, new Shape(1, 1, 1, 1), ElementType.Int32),
    ];
}
