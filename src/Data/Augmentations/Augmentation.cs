using System.Text.Json.Serialization;

namespace GpuNet;

/// <summary>
/// Random changes to training images that keep the label, in this order: a box of the picture resized (<see cref="ResizedCrop"/>), colours
/// (<see cref="ColorJitter"/>), a crop of the image's size from the image with a border around it, a mirror image; then, batch by batch,
/// <see cref="Mixup"/>. What a sample gets depends on (seed, epoch, sample) alone, never on threads or on the order of the batches.
/// JSON keeps it (System.Text.Json).
/// </summary>
/// <param name="CropPadding">Border in pixels on each side, 0 for no crop.</param>
/// <param name="FlipProbability">Share of mirrored samples, 0 to 1.</param>
/// <param name="Fill">What the border holds.</param>
public record Augmentation(int CropPadding = 0, float FlipProbability = 0f, CropFill Fill = CropFill.Black)
{
    /// <summary>Keeps this stream apart from the one that orders the samples.</summary>
    private const ulong Purpose = 0x63726F70;

    /// <summary>No change, for evaluation.</summary>
    public static Augmentation None { get; } = new();

    /// <summary>The usual training augmentation of CIFAR-10: crops from a border of 4 black pixels, half of them mirrored.</summary>
    public static Augmentation Standard { get; } = new(4, 0.5f);

    /// <summary>
    /// The usual training augmentation of ImageNet: boxes of 8 to 100 % of the picture's area, half of them mirrored.
    /// </summary>
    public static Augmentation RandomResizedCrop { get; } = new(FlipProbability: 0.5f) { ResizedCrop = new ResizedCrop() };

    /// <summary>Names <see cref="Parse"/> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = ["none", "standard", "resized-crop"];

    /// <summary>The augmentation of a name: <see cref="None"/>, <see cref="Standard"/> or <see cref="RandomResizedCrop"/>.</summary>
    /// <exception cref="GpuNetException">There is none of that name.</exception>
    public static Augmentation Parse(string name) => name switch
    {
        "none" => None,
        "standard" => Standard,
        "resized-crop" => RandomResizedCrop,
        _ => throw new GpuNetException($"There is no augmentation {name}; there are {string.Join(", ", Names)}."),
    };

    /// <summary>A random box resized to the network's size, instead of the middle of the picture; none if null.</summary>
    public ResizedCrop? ResizedCrop { get; init; }

    /// <summary>Random colours; none if null.</summary>
    public ColorJitter? ColorJitter { get; init; }

    /// <summary>
    /// Alpha of mixup: pairs of samples of a batch are mixed by a share drawn from Beta(alpha, alpha); 0 for none. Batches then have the
    /// fields "labels2", the labels of the other sample of a pair, and "share", the weight of the first.
    /// </summary>
    public float Mixup { get; init => field = CheckMixup(value); }

    /// <summary>Border in pixels on each side, 0 for no crop.</summary>
    public int CropPadding { get; init => field = CheckPadding(value); } = CheckPadding(CropPadding);

    /// <summary>Share of mirrored samples, 0 to 1.</summary>
    public float FlipProbability { get; init => field = CheckProbability(value); } = CheckProbability(FlipProbability);

    /// <summary>Draws the placement of one sample.</summary>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="epoch">The pass over the data, from 0.</param>
    /// <param name="sample">Index of the image in its data set.</param>
    internal virtual CropFlip Draw(ulong seed, int epoch, int sample)
    {
        var random = new SplitMix64(seed, Purpose, (ulong)epoch, (ulong)sample);
        int span = 2 * CropPadding + 1;
        return new CropFlip(random.NextInt32(span), random.NextInt32(span), random.NextSingle() < FlipProbability);
    }

    /// <summary>Writes one sample: crop, mirror and normalise in a single pass over the output.</summary>
    /// <param name="image">Bytes, HWC.</param>
    /// <param name="height">Rows of the image and of the output.</param>
    /// <param name="width">Columns of the image and of the output.</param>
    /// <param name="placement">What <see cref="Draw"/> gave.</param>
    /// <param name="normalization">Turns bytes into floats; its channels are the image's.</param>
    /// <param name="output">Receives height x width x channels floats, HWC.</param>
    /// <exception cref="ArgumentException">A span has not the length that the sizes ask for.</exception>
    internal void Write(
        ReadOnlySpan<byte> image, int height, int width, CropFlip placement, Normalization normalization, Span<float> output)
    {
        ArgumentNullException.ThrowIfNull(normalization);
        int channels = normalization.Channels;
        if (image.Length != height * width * channels || output.Length != image.Length)
            throw new ArgumentException(
                $"expected {height}x{width}x{channels} = {height * width * channels} bytes and floats, "
                + $"found {image.Length} and {output.Length}");

        int top = placement.Top - CropPadding, left = placement.Left - CropPadding;
        for (int y = 0; y < height; y++)
        {
            Span<float> row = output.Slice(y * width * channels, width * channels);
            int sourceY = y + top;
            if (sourceY < 0 || sourceY >= height)
            {
                normalization.WriteFill(Fill, row);
                continue;
            }
            ReadOnlySpan<byte> source = image.Slice(sourceY * width * channels, width * channels);
            // Columns [first, end) of the crop lie on the image, the rest on the border.
            int first = Math.Clamp(-left, 0, width), end = Math.Clamp(width - left, first, width);
            normalization.WriteFill(Fill, row[..(first * channels)]);
            normalization.WriteFill(Fill, row[(end * channels)..]);
            if (end > first)
                normalization.Apply(
                    source[((first + left) * channels)..((end + left) * channels)], row[(first * channels)..(end * channels)]);
            if (placement.Flip)
                MirrorRow(row, width, channels);
        }
    }

    /// <summary>Whether pixels change before they become floats, other than by a crop from a border and a mirror image.</summary>
    internal bool ChangesPixels => ResizedCrop is not null || ColorJitter is not null;

    private static float CheckMixup(float alpha) => alpha is >= 0f and <= 100f
        ? alpha
        : throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "expected an alpha of 0 to 100");

    private static int CheckPadding(int cropPadding) => cropPadding is >= 0 and <= 1024
        ? cropPadding
        : throw new ArgumentOutOfRangeException(nameof(cropPadding), cropPadding, "expected a padding of 0 to 1024 pixels");

    private static float CheckProbability(float flipProbability) => flipProbability is >= 0f and <= 1f
        ? flipProbability
        : throw new ArgumentOutOfRangeException(nameof(flipProbability), flipProbability, "expected a probability from 0 to 1");

    private static void MirrorRow(Span<float> row, int width, int channels)
    {
        for (int x = 0; x < width / 2; x++)
            for (int c = 0; c < channels; c++)
            {
                int a = x * channels + c, b = (width - 1 - x) * channels + c;
                (row[a], row[b]) = (row[b], row[a]);
            }
    }
}

/// <summary>One drawn placement: output pixel (y, x) is padded pixel (y + Top, x' + Left) with x' = x, or W - 1 - x if flipped.</summary>
/// <param name="Top">First row of the crop in the padded image, 0 to twice the padding.</param>
/// <param name="Left">First column of the crop in the padded image, 0 to twice the padding.</param>
/// <param name="Flip">Whether the crop is then mirrored left to right.</param>
internal readonly record struct CropFlip(int Top, int Left, bool Flip);

/// <summary>What a crop shows where it reaches beyond the image.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CropFill>))]
public enum CropFill
{
    /// <summary>Black before normalisation, as torchvision's <c>RandomCrop(32, padding=4)</c> in front of <c>Normalize</c>.</summary>
    Black,

    /// <summary>The mean colour, which normalisation turns into zeros.</summary>
    Mean,
}
