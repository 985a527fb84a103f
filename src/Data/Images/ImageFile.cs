using System.Text;

namespace GpuNet;

/// <summary>
/// Reads PNG (8 bits a channel, not interlaced) and binary PPM (P6); the content decides, not the file's name. Alpha is left out, as
/// PIL's <c>convert("RGB")</c> does. Writes both; the name's ending decides.
/// </summary>
public static class ImageFile
{
    private const int MaxFileBytes = 256 << 20;

    /// <summary>Reads a picture.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// Another kind of content, or damaged; the message names file, offset, expectation.
    /// </exception>
    public static RgbImage Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path}: expected a PNG or PPM picture, found no such file", path);
        byte[] content = ReadWhole(path);
        if (PngCodec.IsPng(content))
            return PngCodec.Decode(path, content);
        if (content.AsSpan().StartsWith("P6"u8))
            return DecodePpm(path, content);
        string kind = content.AsSpan() switch
        {
            [] => "an empty file",
            [0xFF, 0xD8, 0xFF, ..] => "a JPEG (convert it first, for example with ImageMagick: magick picture.jpg picture.png)",
            [(byte)'P', >= (byte)'1' and <= (byte)'7', ..] => $"a netpbm picture of kind P{(char)content[1]}",
            [(byte)'G', (byte)'I', (byte)'F', ..] => "a GIF",
            [(byte)'B', (byte)'M', ..] => "a BMP",
            _ => "something else",
        };
        throw new InvalidDataException($"{path}: byte 0: expected a PNG or a binary PPM (P6) picture, found {kind}");
    }

    // A device or a pipe tells no length and may never end.
    private static byte[] ReadWhole(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        using var content = new MemoryStream();
        Span<byte> piece = stackalloc byte[1 << 14];
        for (int read = stream.Read(piece); read > 0; read = stream.Read(piece))
        {
            content.Write(piece[..read]);
            if (content.Length > MaxFileBytes)
                throw new InvalidDataException($"{path}: expected a picture of at most {MaxFileBytes} bytes, found more");
        }
        return content.ToArray();
    }

    /// <summary>Writes a picture as PNG or, if the name ends in .ppm, as binary PPM.</summary>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <param name="image">The picture.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="ArgumentException">The name ends in neither .png nor .ppm.</exception>
    public static void Write(string path, RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(image);
        string ending = Path.GetExtension(path);
        byte[] content =
            ending.Equals(".png", StringComparison.OrdinalIgnoreCase) ? PngCodec.Encode(image)
            : ending.Equals(".ppm", StringComparison.OrdinalIgnoreCase)
                ? [.. Encoding.ASCII.GetBytes($"P6\n{image.Width} {image.Height}\n255\n"), .. image.Pixels]
                : throw new ArgumentException($"{path}: expected a name ending in .png or .ppm, found '{ending}'", nameof(path));
        File.WriteAllBytes(path, content);
    }

    private static RgbImage DecodePpm(string path, byte[] content)
    {
        int at = 2;
        int width = Number("a width"), height = Number("a height"), scale = Number("the largest value, 255");
        if (width == 0 || height == 0 || (long)width * height > RgbImage.MaxPixels)
            throw new InvalidDataException($"{path}: byte {at}: expected 1 to {RgbImage.MaxPixels} pixels, found {width}x{height}");
        if (scale != 255)
            throw new InvalidDataException($"{path}: byte {at}: expected a largest value of 255 (8 bits a channel), found {scale}");
        // Exactly one white space byte lies between the header and the pixels.
        at++;
        int length = width * height * 3;
        if (content.Length - at < length)
            throw new InvalidDataException(
                $"{path}: byte {content.Length}: expected {length} bytes of pixels from byte {at} on, "
                + $"found {Math.Max(0, content.Length - at)}");
        return new RgbImage(height, width, content.AsSpan(at, length).ToArray());

        int Number(string what)
        {
            while (at < content.Length && (IsSpace(content[at]) || content[at] == '#'))
                if (content[at++] == '#')
                    while (at < content.Length && content[at] != '\n')
                        at++;
            int start = at, value = 0;
            while (at < content.Length && char.IsAsciiDigit((char)content[at]) && at - start < 9)
                value = value * 10 + content[at++] - '0';
            if (at == start || at == content.Length || !IsSpace(content[at]))
                throw new InvalidDataException($"{path}: byte {at}: expected {what} followed by white space in the PPM header");
            return value;
        }

        static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or 11 or 12;
    }
}
