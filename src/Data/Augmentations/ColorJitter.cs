namespace GpuNet;

/// <summary>
/// Random brightness, contrast, saturation and hue, as torchvision's <c>ColorJitter</c> on PIL images: factors uniform in
/// [max(0, 1 - x), 1 + x], a hue uniform in [-x, x], applied in a random order on bytes.
/// </summary>
/// <param name="Brightness">0 for none.</param>
/// <param name="Contrast">0 for none.</param>
/// <param name="Saturation">0 for none.</param>
/// <param name="Hue">Share of the colour circle, 0 to 0.5; 0 for none.</param>
public sealed record ColorJitter(float Brightness = 0f, float Contrast = 0f, float Saturation = 0f, float Hue = 0f)
{
    /// <summary>Keeps this stream apart from the others of a sample.</summary>
    private const ulong Purpose = 0x636F6C6F72;

    /// <summary>0 for none.</summary>
    public float Brightness { get; init => field = Check(value, float.MaxValue); } = Check(Brightness, float.MaxValue);

    /// <summary>0 for none.</summary>
    public float Contrast { get; init => field = Check(value, float.MaxValue); } = Check(Contrast, float.MaxValue);

    /// <summary>0 for none.</summary>
    public float Saturation { get; init => field = Check(value, float.MaxValue); } = Check(Saturation, float.MaxValue);

    /// <summary>Share of the colour circle, 0 to 0.5; 0 for none.</summary>
    public float Hue { get; init => field = Check(value, 0.5f); } = Check(Hue, 0.5f);

    /// <summary>Draws the changes of one sample.</summary>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="epoch">The pass over the data, from 0.</param>
    /// <param name="sample">Index of the picture in its data set.</param>
    internal ColorShift Draw(ulong seed, int epoch, int sample)
    {
        var random = new SplitMix64(seed, Purpose, (ulong)epoch, (ulong)sample);
        Span<int> order = [0, 1, 2, 3];
        random.Shuffle(order);
        return new ColorShift(
            Factor(ref random, Brightness), Factor(ref random, Contrast), Factor(ref random, Saturation), random.NextSingle(-Hue, Hue),
            order[0] | order[1] << 2 | order[2] << 4 | order[3] << 6);

        static float Factor(ref SplitMix64 random, float spread) => random.NextSingle(Math.Max(0f, 1f - spread), 1f + spread);
    }

    private static float Check(float value, float greatest) => value >= 0f && value <= greatest
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, greatest < 1 ? "expected 0 to 0.5" : "expected 0 or more");
}

/// <summary>One drawn change of colours.</summary>
/// <param name="Brightness">1 changes nothing, 0 is black.</param>
/// <param name="Contrast">1 changes nothing, 0 is an even grey, the picture's mean.</param>
/// <param name="Saturation">1 changes nothing, 0 is grey.</param>
/// <param name="Hue">0 changes nothing; share of the colour circle, -0.5 to 0.5.</param>
/// <param name="Order">Which is applied when: two bits each from the lowest, 0 brightness, 1 contrast, 2 saturation, 3 hue.</param>
internal readonly record struct ColorShift(float Brightness, float Contrast, float Saturation, float Hue, int Order = 0b11_10_01_00)
{
    /// <summary>Changes pixels in place.</summary>
    /// <param name="pixels">RGB, channels last.</param>
    /// <exception cref="ArgumentException">The bytes are no whole number of pixels.</exception>
    public void Apply(Span<byte> pixels)
    {
        if (pixels.Length % 3 != 0)
            throw new ArgumentException($"expected bytes in multiples of 3, found {pixels.Length}", nameof(pixels));
        for (int step = 0; step < 4; step++)
            switch (Order >> 2 * step & 3)
            {
                case 0:
                    ColorFormulas.Brightness(pixels, Brightness);
                    break;
                case 1:
                    ColorFormulas.Contrast(pixels, Contrast);
                    break;
                case 2:
                    ColorFormulas.Saturation(pixels, Saturation);
                    break;
                default:
                    ColorFormulas.Hue(pixels, Hue);
                    break;
            }
    }
}
