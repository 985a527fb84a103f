namespace GpuNet;

/// <summary>One picture in memory: 8-bit RGB, rows from top to bottom, channels last.</summary>
public sealed class RgbImage
{
    /// <summary>The most pixels a picture may have; guards against a header that asks for all memory.</summary>
    public const int MaxPixels = 1 << 28;

    /// <summary>A black picture.</summary>
    /// <param name="height">Rows, 1 or more.</param>
    /// <param name="width">Columns, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1, or the picture has more than <see cref="MaxPixels"/>.</exception>
    public RgbImage(int height, int width)
        : this(height, width, new byte[CheckedLength(height, width)])
    {
    }

    /// <summary>Takes ownership of the pixels.</summary>
    /// <param name="height">Rows, 1 or more.</param>
    /// <param name="width">Columns, 1 or more.</param>
    /// <param name="pixels">Height x width x 3 bytes.</param>
    /// <exception cref="ArgumentException">The sizes do not agree.</exception>
    public RgbImage(int height, int width, byte[] pixels)
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

    private static int CheckedLength(int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)height * width, MaxPixels, "height x width");
        return height * width * 3;
    }
}
