namespace GpuNet;

/// <summary>
/// One picture in memory: 8-bit RGB, rows from top to bottom, channels last. Files are JPEG, PNG, WebP, BMP, GIF (its first picture) and
/// binary PPM and PGM; the content decides, not the name. Pixels are those that Pillow gives for <c>convert("RGB")</c>: alpha is left
/// out, not blended. The orientation that a camera wrote into a JPEG or WebP is applied.
/// </summary>
public sealed class Image
{
    /// <summary>The most pixels a picture may have; guards against a header that asks for all memory.</summary>
    public const int MaxPixels = 1 << 28;

    /// <summary>The most bytes a file may have.</summary>
    public const int MaxFileBytes = 256 << 20;

    /// <summary>A black picture.</summary>
    /// <param name="height">Rows, 1 or more.</param>
    /// <param name="width">Columns, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1, or the picture has more than <see cref="MaxPixels"/>.</exception>
    public Image(int height, int width)
        : this(height, width, new byte[CheckedLength(height, width)])
    {
    }

    /// <summary>Takes ownership of the pixels.</summary>
    /// <param name="height">Rows, 1 or more.</param>
    /// <param name="width">Columns, 1 or more.</param>
    /// <param name="pixels">Height x width x 3 bytes.</param>
    /// <exception cref="ArgumentException">The sizes do not agree.</exception>
    public Image(int height, int width, byte[] pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        int length = CheckedLength(height, width);
        if (pixels.Length != length)
            throw new ArgumentException($"expected {length} bytes for {height}x{width}x3, found {pixels.Length}", nameof(pixels));
        Height = height;
        Width = width;
        Pixels = pixels;
    }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Height x width x 3 bytes: red, green, blue.</summary>
    public byte[] Pixels { get; }

    /// <summary>Reads a picture from a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">No picture, a damaged, cut off or too large one; the message names the file.</exception>
    public static Image Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path}: expected a picture, found no such file", path);
        return Decode(ReadWhole(path), path);
    }

    /// <summary>Reads a picture from memory.</summary>
    /// <param name="content">What a file would hold.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="InvalidDataException">No picture, a damaged or cut off one, or one too large.</exception>
    public static Image Decode(ReadOnlySpan<byte> content, string name = "picture") =>
        content.Length > MaxFileBytes ? throw TooLong(name)
        : Netpbm.Is(content) ? Netpbm.Decode(content, name)
        : SkiaPictures.Decode(content, name);

    /// <summary>Reads a picture from a stream, such as a request's body.</summary>
    /// <param name="stream">What a file would hold.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="InvalidDataException">No picture, a damaged or cut off one, or one too large.</exception>
    public static async Task<Image> ReadAsync(Stream stream, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var content = new MemoryStream();
        var piece = new byte[1 << 16];
        for (int read = await stream.ReadAsync(piece, cancel).ConfigureAwait(false); read > 0;
            read = await stream.ReadAsync(piece, cancel).ConfigureAwait(false))
        {
            content.Write(piece, 0, read);
            if (content.Length > MaxFileBytes)
                throw TooLong("picture");
        }
        return Decode(content.GetBuffer().AsSpan(0, (int)content.Length));
    }

    /// <summary>Writes the picture; the name's ending decides how: .png, .jpg or .jpeg (quality 95, not exact), .ppm.</summary>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="ArgumentException">The name has another ending.</exception>
    public void Save(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string ending = Path.GetExtension(path);
        byte[] content = ending.ToUpperInvariant() switch
        {
            ".PNG" => SkiaPictures.EncodePng(this),
            ".JPG" or ".JPEG" => SkiaPictures.EncodeJpeg(this),
            ".PPM" => Netpbm.Encode(this),
            _ => throw new ArgumentException($"{path}: expected a name ending in .png, .jpg or .ppm, found '{ending}'", nameof(path)),
        };
        File.WriteAllBytes(path, content);
    }

    /// <summary>Throws unless a header's extents are usable. Called before memory for pixels is asked for.</summary>
    internal static void CheckExtents(string name, long height, long width)
    {
        if (height < 1 || width < 1 || height > MaxPixels || width > MaxPixels || height * width > MaxPixels)
            throw new InvalidDataException($"{name}: expected 1 to {MaxPixels} pixels, found {width}x{height}");
    }

    private static byte[] ReadWhole(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        if (stream.CanSeek && stream.Length is > 0 and <= MaxFileBytes)
        {
            byte[] whole = new byte[stream.Length];
            int read = stream.ReadAtLeast(whole, whole.Length, throwOnEndOfStream: false);
            return read == whole.Length ? whole : whole[..read];
        }
        // A device or a pipe tells no length and may never end.
        using var content = new MemoryStream();
        Span<byte> piece = stackalloc byte[1 << 14];
        for (int read = stream.Read(piece); read > 0; read = stream.Read(piece))
        {
            content.Write(piece[..read]);
            if (content.Length > MaxFileBytes)
                throw TooLong(path);
        }
        return content.ToArray();
    }

    private static InvalidDataException TooLong(string name) =>
        new($"{name}: expected a picture of at most {MaxFileBytes} bytes, found more");

    private static int CheckedLength(int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)height * width, MaxPixels, "height x width");
        return height * width * 3;
    }
}
