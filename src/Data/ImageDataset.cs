namespace GpuNet;

/// <summary>
/// Labelled images of one size held in memory: 8-bit pixels, NHWC, one byte a channel, and one class label an image. The parts of
/// <see cref="MemoryImages"/>.
/// Read-only after construction, so any number of threads may read it.
/// </summary>
public sealed class ImageDataset
{
    private readonly byte[] pixels;
    private readonly int[] labels;

    /// <summary>Takes ownership of the arrays; neither is copied.</summary>
    /// <param name="name">Name shown to people, for example <c>cifar10 train</c>.</param>
    /// <param name="classNames">One name a class.</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="width">Columns of an image.</param>
    /// <param name="channels">Channels of a pixel, 3 for RGB.</param>
    /// <param name="pixels">Count x height x width x channels bytes.</param>
    /// <param name="labels">Count labels, each below the number of classes.</param>
    /// <exception cref="ArgumentException">The sizes do not agree, there is no image, or a label names no class.</exception>
    public ImageDataset(string name, IReadOnlyList<string> classNames, int height, int width, int channels, byte[] pixels, int[] labels)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(classNames);
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        if (classNames.Count == 0)
            throw new ArgumentException($"{name}: expected at least one class, found none", nameof(classNames));
        if (labels.Length == 0)
            throw new ArgumentException($"{name}: expected at least one image, found none", nameof(labels));
        long expected = (long)labels.Length * height * width * channels;
        if (pixels.Length != expected)
        {
            throw new ArgumentException(
                $"{name}: expected {expected} pixel bytes for {labels.Length} images of {height}x{width}x{channels}, "
                + $"found {pixels.Length}", nameof(pixels));
        }
        for (int i = 0; i < labels.Length; i++)
            if ((uint)labels[i] >= (uint)classNames.Count)
                throw new ArgumentException(
                    $"{name}: image {i} has label {labels[i]}, expected 0..{classNames.Count - 1}", nameof(labels));

        Name = name;
        ClassNames = [.. classNames];
        Height = height;
        Width = width;
        Channels = channels;
        this.pixels = pixels;
        this.labels = labels;
    }

    /// <summary>Name shown to people, for example <c>cifar10 train</c>.</summary>
    public string Name { get; }

    /// <summary>One name a class; a label is an index into this list.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Rows of an image.</summary>
    public int Height { get; }

    /// <summary>Columns of an image.</summary>
    public int Width { get; }

    /// <summary>Channels of a pixel, 3 for RGB.</summary>
    public int Channels { get; }

    /// <summary>Number of images.</summary>
    public int Count => labels.Length;

    /// <summary>Bytes of one image: height x width x channels.</summary>
    public int ImageLength => Height * Width * Channels;

    /// <summary>All pixels, NHWC.</summary>
    public ReadOnlySpan<byte> Pixels => pixels;

    /// <summary>All labels, one an image.</summary>
    public ReadOnlySpan<int> Labels => labels;

    /// <summary>The pixels of one image, HWC.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public ReadOnlySpan<byte> Image(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return pixels.AsSpan(index * ImageLength, ImageLength);
    }

    /// <summary>A copy of the first images, for a quick run on part of a set.</summary>
    /// <param name="count">1 or more; a count beyond the set's own gives the whole set.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1.</exception>
    public ImageDataset Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return count >= Count
            ? this
            : new ImageDataset(Name, ClassNames, Height, Width, Channels, pixels[..(count * ImageLength)], labels[..count]);
    }
}
