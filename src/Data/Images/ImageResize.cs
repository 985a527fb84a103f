using System.Buffers;
using System.Text.Json.Serialization;

namespace GpuNet;

/// <summary>How a picture is sampled when it is resized; both widen with the scale when shrinking, which is antialiasing.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ResizeFilter>))]
public enum ResizeFilter
{
    /// <summary>A triangle as wide as the scale, one source pixel when enlarging: torchvision's default.</summary>
    Bilinear,

    /// <summary>Two source pixels to each side, Keys's cubic with a = -0.5 as Pillow has it.</summary>
    Bicubic,
}

/// <summary>A rectangle of pixels.</summary>
/// <param name="Top">First row.</param>
/// <param name="Left">First column.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public readonly record struct ImageBox(int Top, int Left, int Height, int Width);

/// <summary>
/// Brings pictures to other sizes the way torchvision does on PIL images. Columns are filtered first, then rows, each rounded to bytes,
/// with Pillow's integer weights (Resample.c), so that results equal Pillow's bit for bit.
/// </summary>
public static class ImageResize
{
    /// <summary>Resizes with <see cref="ResizeFilter.Bilinear"/>.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="height">Rows of the result, 1 or more.</param>
    /// <param name="width">Columns of the result, 1 or more.</param>
    public static Image Bilinear(Image image, int height, int width) => Resize(image, height, width, ResizeFilter.Bilinear);

    /// <summary>Resizes with <see cref="ResizeFilter.Bicubic"/>.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="height">Rows of the result, 1 or more.</param>
    /// <param name="width">Columns of the result, 1 or more.</param>
    public static Image Bicubic(Image image, int height, int width) => Resize(image, height, width, ResizeFilter.Bicubic);

    /// <summary>Resizes the whole picture.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="height">Rows of the result, 1 or more.</param>
    /// <param name="width">Columns of the result, 1 or more.</param>
    /// <param name="filter">How it is sampled.</param>
    public static Image Resize(Image image, int height, int width, ResizeFilter filter = ResizeFilter.Bilinear)
    {
        ArgumentNullException.ThrowIfNull(image);
        return ResizeBox(image, new ImageBox(0, 0, image.Height, image.Width), height, width, filter);
    }

    /// <summary>
    /// Cuts a box out, then resizes it, as torchvision's <c>resized_crop</c>: pixels outside the box have no part in the result.
    /// </summary>
    /// <param name="image">The picture.</param>
    /// <param name="box">What to cut out.</param>
    /// <param name="height">Rows of the result, 1 or more.</param>
    /// <param name="width">Columns of the result, 1 or more.</param>
    /// <param name="filter">How it is sampled.</param>
    /// <exception cref="ArgumentException">The box is empty or not inside the picture.</exception>
    public static Image ResizeBox(Image image, ImageBox box, int height, int width, ResizeFilter filter = ResizeFilter.Bilinear)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Window(image, box, height, width, new ImageBox(0, 0, height, width), filter);
    }

    /// <summary>Resizes so that the shorter side has the given length; the longer one follows, rounded down.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="size">Length of the shorter side of the result.</param>
    /// <param name="filter">How it is sampled.</param>
    public static Image ShorterSide(Image image, int size, ResizeFilter filter = ResizeFilter.Bilinear)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        (long height, long width) = ShorterSide(image.Height, image.Width, size);
        return Resize(image, checked((int)height), checked((int)width), filter);
    }

    /// <summary>Cuts out the middle; an odd remainder is rounded half to even, as torchvision does.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="height">Rows of the result, at most the picture's.</param>
    /// <param name="width">Columns of the result, at most the picture's.</param>
    /// <exception cref="ArgumentException">The picture is smaller than the crop.</exception>
    public static Image CenterCrop(Image image, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (height > image.Height || width > image.Width)
            throw new ArgumentException(
                $"expected a picture of at least {height}x{width}, found {image.Height}x{image.Width}", nameof(image));
        return ResizeBox(image, Middle(image.Height, image.Width, height, width), height, width);
    }

    /// <summary>Extents after <see cref="ShorterSide(Image, int, ResizeFilter)"/>.</summary>
    internal static (long Height, long Width) ShorterSide(int height, int width, int size) => height <= width
        ? (size, (long)size * width / height)
        : ((long)size * height / width, size);

    /// <summary>The box of <see cref="CenterCrop"/>.</summary>
    internal static ImageBox Middle(long height, long width, int cropHeight, int cropWidth) => new(
        checked((int)Math.Round((height - cropHeight) / 2.0)), checked((int)Math.Round((width - cropWidth) / 2.0)), cropHeight, cropWidth);

    /// <summary>A part of a resized box, without computing the rest of it.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="box">The part of it that is resized.</param>
    /// <param name="height">Rows that the box is resized to; the result has those of <paramref name="window"/>.</param>
    /// <param name="width">Columns that the box is resized to.</param>
    /// <param name="window">The part of the resized box that is wanted.</param>
    /// <param name="filter">How it is sampled.</param>
    internal static Image Window(Image image, ImageBox box, long height, long width, ImageBox window, ResizeFilter filter)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if (box.Height < 1 || box.Width < 1 || box.Top < 0 || box.Left < 0
            || box.Height > image.Height - box.Top || box.Width > image.Width - box.Left)
            throw new ArgumentException($"expected a box inside {image.Height}x{image.Width}, found {box}", nameof(box));
        var result = new Image(window.Height, window.Width);
        int stride = image.Width * 3, outStride = window.Width * 3;
        ReadOnlySpan<byte> source = image.Pixels.AsSpan(box.Top * stride + box.Left * 3);
        using var columns = new ResizeTaps(box.Width, width, window.Left, window.Width, filter);
        using var rows = new ResizeTaps(box.Height, height, window.Top, window.Height, filter);
        // Without a change of size there is one tap of weight one, and the pass is a copy: it is left out.
        if (width == box.Width)
        {
            if (height == box.Height)
                for (int y = 0; y < window.Height; y++)
                    source.Slice((window.Top + y) * stride + window.Left * 3, outStride).CopyTo(result.Pixels.AsSpan(y * outStride));
            else
                rows.Rows(source[(window.Left * 3)..], stride, result.Pixels, outStride);
            return result;
        }
        if (height == box.Height)
        {
            columns.Columns(source[(window.Top * stride)..], stride, result.Pixels, outStride, window.Height);
            return result;
        }
        // Only the rows that the second pass reads.
        (int first, int count) = rows.Span;
        byte[] narrow = ArrayPool<byte>.Shared.Rent(count * outStride);
        columns.Columns(source[(first * stride)..], stride, narrow, outStride, count);
        rows.Rows(narrow, outStride, result.Pixels, outStride, first);
        ArrayPool<byte>.Shared.Return(narrow);
        return result;
    }
}
