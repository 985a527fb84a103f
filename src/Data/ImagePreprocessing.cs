using System.Text.Json.Serialization;

namespace GpuNet;

/// <summary>
/// From a picture of any size to what a network reads, the way it is done for evaluation and prediction: the shorter side is resized, the
/// middle is cut out, bytes become floats. As torchvision's <c>Resize(256), CenterCrop(224), ToTensor(), Normalize(mean, std)</c>.
/// Checkpoints remember it: JSON keeps it (System.Text.Json).
/// </summary>
/// <param name="Height">Rows that the network reads.</param>
/// <param name="Width">Columns that the network reads.</param>
/// <param name="Normalization">Bytes to floats; with 3 channels pictures stay in colour, with 1 they become grey.</param>
public sealed record ImagePreprocessing(int Height, int Width, Normalization Normalization)
{
    /// <summary>How much larger than the crop pictures are made: 224 / 256.</summary>
    private const double CropShare = 0.875;

    /// <summary>
    /// Length that the shorter side is resized to before the middle is cut out; for networks whose height and width differ, that of the
    /// shorter of these. By default the crop is 0.875 of it: 256 for 224.
    /// </summary>
    public int Resize { get; init => field = CheckResize(value); } = (int)Math.Round(Math.Min(Height, Width) / CropShare);

    /// <summary>How pictures are sampled when they are resized.</summary>
    public ResizeFilter Filter { get; init; } = ResizeFilter.Bilinear;

    /// <summary>Rows that the network reads.</summary>
    public int Height { get; init => field = CheckSide(value); } = CheckSide(Height);

    /// <summary>Columns that the network reads.</summary>
    public int Width { get; init => field = CheckSide(value); } = CheckSide(Width);

    /// <summary>The channels that the network reads: 3, or 1 for grey.</summary>
    [JsonIgnore]
    public int Channels => Normalization.Channels;

    /// <summary>The middle of a picture, as large as <see cref="Resize"/> says.</summary>
    /// <param name="image">A picture of any size; it is not changed.</param>
    /// <returns>Height x width pixels.</returns>
    public Image Fit(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        // Computes the crop alone: what a longer side would have beside it is never sampled.
        (long height, long width) = Extents(image.Height, image.Width);
        return ImageResize.Window(image, new ImageBox(0, 0, image.Height, image.Width), height, width,
            ImageResize.Middle(height, width, Height, Width), Filter);
    }

    /// <summary>Prepares a picture for evaluation or prediction.</summary>
    /// <param name="image">A picture of any size.</param>
    /// <param name="output">Receives height x width x channels floats, channels last.</param>
    /// <exception cref="ArgumentException">The output has another length.</exception>
    public void Apply(Image image, Span<float> output) => Apply(image, SampleDraw.Evaluation, 0, output);

    /// <summary>Prepares a sample of a data set: with its random changes if it is drawn for training.</summary>
    /// <param name="image">A picture of any size; it is not changed.</param>
    /// <param name="draw">What the sample is drawn for.</param>
    /// <param name="index">Index of the sample in its set, on which its random changes depend.</param>
    /// <param name="output">Receives height x width x channels floats, channels last.</param>
    /// <exception cref="ArgumentException">The output has another length, or the normalisation neither 3 channels nor 1.</exception>
    public void Apply(Image image, SampleDraw draw, int index, Span<float> output)
    {
        ArgumentNullException.ThrowIfNull(image);
        Augmentation change = draw.Changes;
        Image fitted = change.ResizedCrop is { } crop
            ? ImageResize.ResizeBox(image, crop.Draw(draw.Seed, draw.Epoch, index, image.Height, image.Width), Height, Width, Filter)
            : Fit(image);
        change.ColorJitter?.Draw(draw.Seed, draw.Epoch, index).Apply(fitted.Pixels);
        ReadOnlySpan<byte> pixels = Channels switch
        {
            3 => fitted.Pixels,
            1 => ToGrey(fitted.Pixels),
            _ => throw new ArgumentException($"pictures have 3 channels or 1, found a normalisation of {Channels}"),
        };
        change.Write(pixels, Height, Width, change.Draw(draw.Seed, draw.Epoch, index), Normalization, output);
    }

    /// <summary>Extents of the whole picture when its middle is as large as <see cref="Resize"/> says.</summary>
    private (long Height, long Width) Extents(int height, int width)
    {
        if (Resize < Math.Min(Height, Width))
            throw new InvalidOperationException(
                $"expected a resize to {Math.Min(Height, Width)} or more before {Height}x{Width} are cut out, found {Resize}");
        if (Height == Width)
            return ImageResize.ShorterSide(height, width, Resize);
        double larger = (double)Resize / Math.Min(Height, Width);
        double scale = Math.Max(Height * larger / height, Width * larger / width);
        return (Math.Max(Height, (long)Math.Round(height * scale)), Math.Max(Width, (long)Math.Round(width * scale)));
    }

    private static byte[] ToGrey(ReadOnlySpan<byte> pixels)
    {
        byte[] grey = new byte[pixels.Length / 3];
        for (int i = 0; i < grey.Length; i++)
            grey[i] = ColorFormulas.Grey(pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]);
        return grey;
    }

    private static int CheckSide(int side) => side is >= 1 and <= 1 << 16
        ? side
        : throw new ArgumentOutOfRangeException(nameof(side), side, "expected 1 to 65536 pixels");

    private static int CheckResize(int resize) => resize >= 1
        ? resize
        : throw new ArgumentOutOfRangeException(nameof(resize), resize, "expected 1 pixel or more");
}
