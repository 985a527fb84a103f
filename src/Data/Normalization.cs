using System.Text.Json.Serialization;

namespace GpuNet;

/// <summary>
/// Bytes to floats, channel by channel: (byte / 255 - mean) / deviation. A byte has 256 values, so the formula is one table a channel.
/// </summary>
public sealed record Normalization
{
    private readonly float[] table;

    /// <summary>Takes mean and deviation of each channel on the scale where white is 1.</summary>
    /// <param name="mean">One value a channel.</param>
    /// <param name="deviation">One value a channel, above zero.</param>
    /// <exception cref="ArgumentException">The lists differ in length or are empty, or a value is not usable.</exception>
    public Normalization(IReadOnlyList<float> mean, IReadOnlyList<float> deviation)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(deviation);
        if (mean.Count == 0 || mean.Count != deviation.Count)
            throw new ArgumentException($"expected one mean and one deviation a channel, found {mean.Count} and {deviation.Count}");
        for (int c = 0; c < mean.Count; c++)
            if (!float.IsFinite(mean[c]) || !float.IsFinite(deviation[c]) || deviation[c] <= 0f)
                throw new ArgumentException(
                    $"channel {c}: expected a finite mean and a deviation above 0, found {mean[c]} and {deviation[c]}");
        Channels = mean.Count;
        Mean = [.. mean];
        Deviation = [.. deviation];
        table = new float[mean.Count * 256];
        for (int c = 0; c < mean.Count; c++)
            for (int value = 0; value < 256; value++)
                table[c * 256 + value] = (float)((value / 255.0 - mean[c]) / deviation[c]);
    }

    /// <summary>Channels of a pixel.</summary>
    [JsonIgnore]
    public int Channels { get; }

    /// <summary>Mean of each channel; white is 1.</summary>
    public IReadOnlyList<float> Mean { get; }

    /// <summary>Standard deviation of each channel; white is 1.</summary>
    public IReadOnlyList<float> Deviation { get; }

    /// <summary>The constants that models trained on ImageNet expect (torchvision).</summary>
    public static Normalization ImageNet { get; } = new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    /// <summary>The constants of the 50,000 training images of CIFAR-10.</summary>
    public static Normalization Cifar10 { get; } = new([0.4914f, 0.4822f, 0.4465f], [0.2470f, 0.2435f, 0.2616f]);

    /// <summary>Measures a data set; use the training part. A constant channel is given deviation 1, so that it becomes 0.</summary>
    /// <param name="dataset">The images to measure, all of them.</param>
    public static Normalization Of(ImageDataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        // Whole numbers: sums are exact, so the result does not depend on the order of the images.
        int channels = dataset.Channels;
        long[] histogram = new long[channels * 256];
        ReadOnlySpan<byte> pixels = dataset.Pixels;
        for (int i = 0; i < pixels.Length; i += channels)
            for (int c = 0; c < channels; c++)
                histogram[c * 256 + pixels[i + c]]++;

        float[] mean = new float[channels], deviation = new float[channels];
        for (int c = 0; c < channels; c++)
        {
            long count = 0, sum = 0, squares = 0;
            for (int value = 0; value < 256; value++)
            {
                long n = histogram[c * 256 + value];
                count += n;
                sum += n * value;
                squares += n * value * value;
            }
            double average = (double)sum / count;
            double spread = Math.Sqrt((double)((Int128)count * squares - (Int128)sum * sum)) / count;
            mean[c] = (float)(average / 255);
            deviation[c] = spread > 0 ? (float)(spread / 255) : 1f;
        }
        return new Normalization(mean, deviation);
    }

    /// <summary>Normalises whole pixels.</summary>
    /// <param name="pixels">Bytes, channels last.</param>
    /// <param name="output">Receives as many floats.</param>
    /// <exception cref="ArgumentException">The lengths differ or are no whole number of pixels.</exception>
    public void Apply(ReadOnlySpan<byte> pixels, Span<float> output)
    {
        int channels = Channels;
        if (pixels.Length != output.Length || pixels.Length % channels != 0)
            throw new ArgumentException(
                $"expected as many bytes as floats, a multiple of {channels}, found {pixels.Length} and {output.Length}");
        if (channels == 3)
        {
            ReadOnlySpan<float> r = table.AsSpan(0, 256), g = table.AsSpan(256, 256), b = table.AsSpan(512, 256);
            for (int i = 0; i + 2 < pixels.Length; i += 3)
            {
                output[i] = r[pixels[i]];
                output[i + 1] = g[pixels[i + 1]];
                output[i + 2] = b[pixels[i + 2]];
            }
            return;
        }
        for (int i = 0; i < pixels.Length; i++)
            output[i] = table[i % channels * 256 + pixels[i]];
    }

    /// <summary>Fills whole pixels with the colour of a border.</summary>
    internal void WriteFill(CropFill fill, Span<float> output)
    {
        if (fill == CropFill.Mean)
            output.Clear();
        else
            for (int i = 0; i < output.Length; i++)
                output[i] = table[i % Channels * 256];
    }

    /// <summary>Whether the other has the same constants.</summary>
    /// <param name="other">What to compare with.</param>
    public bool Equals(Normalization? other) =>
        other is not null && Mean.SequenceEqual(other.Mean) && Deviation.SequenceEqual(other.Deviation);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (float value in Mean.Concat(Deviation))
            hash.Add(value);
        return hash.ToHashCode();
    }

    /// <summary>The constants, for logs.</summary>
    public override string ToString() => $"mean [{string.Join(", ", Mean)}], deviation [{string.Join(", ", Deviation)}]";
}
