using System.Text;

namespace GpuNet;

/// <summary>Binary PPM (P6) and PGM (P5) with 8 bits a channel: a header in text, then plain pixels.</summary>
internal static class Netpbm
{
    /// <summary>Whether the content starts as one of the two does.</summary>
    public static bool Is(ReadOnlySpan<byte> content) => content.StartsWith("P6"u8) || content.StartsWith("P5"u8);

    public static byte[] Encode(Image image) => [.. Encoding.ASCII.GetBytes($"P6\n{image.Width} {image.Height}\n255\n"), .. image.Pixels];

    /// <summary>Reads a picture that <see cref="Is"/> one.</summary>
    public static Image Decode(ReadOnlySpan<byte> content, string name)
    {
        int at = 2, channels = content[1] == '6' ? 3 : 1;
        int width = Number(content, ref at, name, "a width"), height = Number(content, ref at, name, "a height");
        int scale = Number(content, ref at, name, "the largest value, 255");
        Image.CheckExtents(name, height, width);
        if (scale != 255)
            throw new InvalidDataException($"{name}: byte {at}: expected a largest value of 255 (8 bits a channel), found {scale}");
        // Exactly one white space byte lies between the header and the pixels.
        at++;
        int length = width * height * channels;
        if (content.Length - at < length)
            throw new InvalidDataException(
                $"{name}: byte {content.Length}: expected {length} bytes of pixels from byte {at} on, "
                + $"found {Math.Max(0, content.Length - at)}");
        ReadOnlySpan<byte> pixels = content.Slice(at, length);
        if (channels == 3)
            return new Image(height, width, pixels.ToArray());
        var image = new Image(height, width);
        for (int i = 0; i < length; i++)
            image.Pixels.AsSpan(3 * i, 3).Fill(pixels[i]);
        return image;
    }

    private static int Number(ReadOnlySpan<byte> content, ref int at, string name, string what)
    {
        while (at < content.Length && (IsSpace(content[at]) || content[at] == '#'))
            if (content[at++] == '#')
                while (at < content.Length && content[at] != '\n')
                    at++;
        int start = at, value = 0;
        while (at < content.Length && char.IsAsciiDigit((char)content[at]) && at - start < 9)
            value = value * 10 + content[at++] - '0';
        if (at == start || at == content.Length || !IsSpace(content[at]))
            throw new InvalidDataException($"{name}: byte {at}: expected {what} followed by white space in the header");
        return value;
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or 11 or 12;
}
