namespace GpuNet;

/// <summary>
/// Brings a picture to a network's input size the way torchvision does on PIL images: <c>Resize(size)</c>, then <c>CenterCrop(size)</c>.
/// </summary>
public static class ImageResize
{
    /// <summary>Fractional bits of a weight in PIL's integer arithmetic (Pillow, Resample.c): 32 - 8 - 2.</summary>
    private const int Precision = 22;

    /// <summary>
    /// Bilinear with antialiasing: a triangle filter as wide as the scale when shrinking, one source pixel when enlarging. Columns
    /// first, then rows, each rounded to bytes, so that the result equals PIL's bit for bit.
    /// </summary>
    /// <param name="image">The picture.</param>
    /// <param name="height">Rows of the result, 1 or more.</param>
    /// <param name="width">Columns of the result, 1 or more.</param>
    public static RgbImage Bilinear(RgbImage image, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(image);
        var wide = new RgbImage(image.Height, width);
        if (width == image.Width)
            image.Pixels.CopyTo(wide.Pixels, 0);
        else
            // A row is a line of pixels 3 bytes apart.
            Resample(image.Pixels, image.Width, wide.Pixels, width, image.Height, image.Width * 3, width * 3, 3, 3);
        if (height == image.Height)
            return wide;
        var result = new RgbImage(height, width);
        // Seen as one line of rows, every byte of a row is a channel.
        Resample(wide.Pixels, image.Height, result.Pixels, height, 1, 0, 0, width * 3, width * 3);
        return result;
    }

    /// <summary>Resizes so that the shorter side has the given length; the longer one follows, rounded down.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="size">Length of the shorter side of the result.</param>
    public static RgbImage ShorterSide(RgbImage image, int size)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        return image.Height <= image.Width
            ? Bilinear(image, size, checked((int)((long)size * image.Width / image.Height)))
            : Bilinear(image, checked((int)((long)size * image.Height / image.Width)), size);
    }

    /// <summary>Cuts out the middle; an odd remainder is rounded half to even, as torchvision does.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="height">Rows of the result, at most the picture's.</param>
    /// <param name="width">Columns of the result, at most the picture's.</param>
    /// <exception cref="ArgumentException">The picture is smaller than the crop.</exception>
    public static RgbImage CenterCrop(RgbImage image, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (height > image.Height || width > image.Width)
            throw new ArgumentException(
                $"expected a picture of at least {height}x{width}, found {image.Height}x{image.Width}", nameof(image));
        var result = new RgbImage(height, width);
        int top = (int)Math.Round((image.Height - height) / 2.0), left = (int)Math.Round((image.Width - width) / 2.0);
        for (int y = 0; y < height; y++)
            image.Pixels.AsSpan(((top + y) * image.Width + left) * 3, width * 3).CopyTo(result.Pixels.AsSpan(y * width * 3));
        return result;
    }

    /// <summary>Filters lines of <paramref name="inLength"/> points into lines of <paramref name="outLength"/>.</summary>
    private static void Resample(
        byte[] input, int inLength, byte[] output, int outLength, int lines, int inStride, int outStride, int step, int channels)
    {
        double scale = (double)inLength / outLength, support = Math.Max(scale, 1.0);
        int[] weights = new int[(int)Math.Ceiling(support) * 2 + 1];
        int[] sums = new int[channels];
        for (int i = 0; i < outLength; i++)
        {
            double center = (i + 0.5) * scale;
            int first = Math.Max((int)(center - support + 0.5), 0), end = Math.Min((int)(center + support + 0.5), inLength);
            ReadOnlySpan<int> taps = Weights(weights.AsSpan(0, end - first), first - center + 0.5, support);
            for (int line = 0; line < lines; line++)
            {
                Array.Fill(sums, 1 << (Precision - 1));
                for (int t = 0; t < taps.Length; t++)
                {
                    ReadOnlySpan<byte> from = input.AsSpan(line * inStride + (first + t) * step, channels);
                    for (int c = 0; c < channels; c++)
                        sums[c] += from[c] * taps[t];
                }
                Span<byte> to = output.AsSpan(line * outStride + i * step, channels);
                for (int c = 0; c < channels; c++)
                    to[c] = (byte)Math.Clamp(sums[c] >> Precision, 0, 255);
            }
        }
    }

    /// <summary>Triangle weights around an output point, normalised to sum 1 and rounded to <see cref="Precision"/> bits.</summary>
    private static Span<int> Weights(Span<int> weights, double offset, double support)
    {
        Span<double> exact = weights.Length <= 256 ? stackalloc double[weights.Length] : new double[weights.Length];
        double total = 0, inverse = 1.0 / support;
        for (int t = 0; t < weights.Length; t++)
        {
            exact[t] = Math.Max(1.0 - Math.Abs((t + offset) * inverse), 0.0);
            total += exact[t];
        }
        for (int t = 0; t < weights.Length; t++)
            weights[t] = (int)(0.5 + exact[t] / total * (1 << Precision));
        return weights;
    }
}
