namespace GpuNet;

/// <summary>One part of an <see cref="ImageFolder"/>.</summary>
internal sealed class FolderSamples(
    string name, string folder, IReadOnlyList<string> classes, FolderPart part, ImagePreprocessing preprocessing, BrokenImages broken,
    BrokenImageLog log) : SampleSet
{
    public override string Name => name;

    public override int Count => part.Files.Length;

    public override IReadOnlyList<SampleField> Fields { get; } =
        ImageData.ImageFields(preprocessing.Height, preprocessing.Width, preprocessing.Channels);

    public override IReadOnlyList<string> Classes => classes;

    public override string Describe(int index) => $"image {index} ({PathOf(index)})";

    public override void Read(int index, SampleDraw draw, Sample sample)
    {
        int label = part.LabelOf(index);
        sample.Integers(ImageData.Labels)[0] = label;
        // Random changes are those of the sample, whichever picture stands in for it.
        preprocessing.Apply(Picture(index, label), draw, index, sample.Floats(ImageData.Input));
    }

    /// <summary>The picture, or the next of its class that can be read: the same one in every run and on every thread.</summary>
    private Image Picture(int index, int label)
    {
        int start = part.Starts[label], count = part.Starts[label + 1] - start;
        for (int i = 0; i < count; i++)
        {
            string path = PathOf(start + (index - start + i) % count);
            if (log.Contains(path))
                continue;
            try
            {
                return Image.Read(path);
            }
            catch (Exception e) when (broken == BrokenImages.Skip
                && e is (InvalidDataException or FileNotFoundException or UnauthorizedAccessException))
            {
                log.Add(path, e.Message);
            }
        }
        BrokenImage first = log.All.First(b => b.File == PathOf(start));
        throw new InvalidDataException(
            $"{name}: class '{classes[label]}': expected at least one readable picture, found {count} broken ones, "
            + $"the first: {first.Reason}");
    }

    private string PathOf(int index) => Path.Combine(folder, part.Files[index]);
}
