namespace GpuNet;

/// <summary>
/// Colours of RGB bytes changed by Pillow's formulas (ImageEnhance, Blend.c, Convert.c), roundings included, so that results are its bits.
/// </summary>
internal static class ColorFormulas
{
    /// <summary>Grey of a pixel: ITU-R 601-2 luma in 16-bit fractions.</summary>
    public static byte Grey(byte r, byte g, byte b) => (byte)((r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16);

    /// <summary>From black (0) over the picture itself (1) to lighter.</summary>
    public static void Brightness(Span<byte> pixels, float factor) => BlendWith(0, pixels, factor);

    /// <summary>From the mean of its greys (0) over the picture itself (1) to more.</summary>
    public static void Contrast(Span<byte> pixels, float factor)
    {
        if (factor == 1f || pixels.IsEmpty)
            return;
        long sum = 0;
        for (int i = 0; i + 2 < pixels.Length; i += 3)
            sum += Grey(pixels[i], pixels[i + 1], pixels[i + 2]);
        BlendWith((byte)((double)sum / (pixels.Length / 3) + 0.5), pixels, factor);
    }

    /// <summary>From its greys (0) over the picture itself (1) to more.</summary>
    public static void Saturation(Span<byte> pixels, float factor)
    {
        if (factor == 1f)
            return;
        for (int i = 0; i + 2 < pixels.Length; i += 3)
        {
            byte grey = Grey(pixels[i], pixels[i + 1], pixels[i + 2]);
            pixels[i] = Blend(grey, pixels[i], factor);
            pixels[i + 1] = Blend(grey, pixels[i + 1], factor);
            pixels[i + 2] = Blend(grey, pixels[i + 2], factor);
        }
    }

    /// <summary>
    /// Turns the colour circle by a share of itself: to 8-bit HSV, which Pillow computes with, and back. 0 changes nothing.
    /// </summary>
    public static void Hue(Span<byte> pixels, float share)
    {
        if (share == 0f)
            return;
        byte turn = (byte)(int)(share * 255f);
        for (int i = 0; i + 2 < pixels.Length; i += 3)
        {
            (byte h, byte s, byte v) = ToHsv(pixels[i], pixels[i + 1], pixels[i + 2]);
            (pixels[i], pixels[i + 1], pixels[i + 2]) = ToRgb((byte)(h + turn), s, v);
        }
    }

    private static void BlendWith(byte other, Span<byte> pixels, float factor)
    {
        if (factor == 1f)
            return;
        Span<byte> table = stackalloc byte[256];
        for (int value = 0; value < 256; value++)
            table[value] = Blend(other, (byte)value, factor);
        foreach (ref byte value in pixels)
            value = table[value];
    }

    /// <summary>Blend.c: float arithmetic, cut to a whole number.</summary>
    private static byte Blend(byte from, byte to, float factor)
    {
        float value = from + factor * (to - from);
        return value <= 0f ? (byte)0 : value >= 255f ? (byte)255 : (byte)value;
    }

    private static (byte H, byte S, byte V) ToHsv(byte r, byte g, byte b)
    {
        byte max = Math.Max(r, Math.Max(g, b)), min = Math.Min(r, Math.Min(g, b));
        if (min == max)
            return (0, 0, max);
        float range = max - min, saturation = range / max;
        float rc = (max - r) / range, gc = (max - g) / range, bc = (max - b) / range;
        float h = r == max ? bc - gc : g == max ? (float)(2.0 + rc - bc) : (float)(4.0 + gc - rc);
        h = (float)((h / 6.0 + 1.0) % 1.0);
        return ((byte)Math.Clamp((int)(h * 255.0), 0, 255), (byte)Math.Clamp((int)(saturation * 255.0), 0, 255), max);
    }

    private static (byte R, byte G, byte B) ToRgb(byte h, byte s, byte v)
    {
        if (s == 0)
            return (v, v, v);
        int sector = (int)Math.Floor((float)h * 6.0 / 255.0);
        float f = (float)((float)h * 6.0 / 255.0 - sector), fs = (float)(s / 255.0);
        byte p = Round(v * (1.0 - fs)), q = Round(v * (1.0 - fs * f)), t = Round(v * (1.0 - fs * (1.0 - f)));
        return (sector % 6) switch
        {
            0 => (v, t, p),
            1 => (q, v, p),
            2 => (p, v, t),
            3 => (p, q, v),
            4 => (t, p, v),
            _ => (v, p, q),
        };

        // C's round: halves away from zero.
        static byte Round(double value) => (byte)Math.Clamp((int)Math.Round(value, MidpointRounding.AwayFromZero), 0, 255);
    }
}
