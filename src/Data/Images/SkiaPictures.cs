using System.Buffers;
using SkiaSharp;

namespace GpuNet;

/// <summary>
/// Pictures through Skia, whose decoders (libjpeg-turbo, libpng, libwebp) are those of Pillow and give the same bits when no colours are
/// converted. Where Skia is content with a part of a picture, <see cref="PictureContainers"/> is not.
/// </summary>
internal static unsafe class SkiaPictures
{
    private const int JpegQuality = 95;

    public static Image Decode(ReadOnlySpan<byte> content, string name)
    {
        if (content.IsEmpty)
            throw Wrong(name, "an empty file");
        if (PictureContainers.IsJpeg(content) && !PictureContainers.JpegIsWhole(content))
            throw Wrong(name, "a JPEG that is cut off: no end of image by the end of the file");
        if (PictureContainers.IsPng(content) && !PictureContainers.PngIsWhole(content))
            throw Wrong(name, "a PNG that is cut off: its last chunk reaches beyond the end of the file");
        if (PictureContainers.IsWebp(content) && !PictureContainers.WebpIsWhole(content))
            throw Wrong(name, "a WebP that is cut off: its length reaches beyond the end of the file");
        if (PictureContainers.IsGif(content))
            content = PictureContainers.WithoutGifTransparency(content);
        fixed (byte* bytes = content)
        {
            using SKData data = SKData.Create((nint)bytes, content.Length);
            using SKCodec? codec = SKCodec.Create(data);
            if (codec is null)
                throw Wrong(name, PictureContainers.Describe(content));
            // Skia knows more kinds, some of them (WBMP) by so little that nearly anything could be one.
            if (codec.EncodedFormat is not (SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Png or SKEncodedImageFormat.Webp
                or SKEncodedImageFormat.Bmp or SKEncodedImageFormat.Gif))
                throw Wrong(name, PictureContainers.Describe(content));
            Image.CheckExtents(name, codec.Info.Height, codec.Info.Width);
            return Decode(codec, name);
        }
    }

    public static byte[] EncodePng(Image image) => Encode(image, SKEncodedImageFormat.Png, 100);

    public static byte[] EncodeJpeg(Image image) => Encode(image, SKEncodedImageFormat.Jpeg, JpegQuality);

    private static Image Decode(SKCodec codec, string name)
    {
        // No colour space: pixels as they are stored. Not premultiplied: the colour below transparent pixels stays what it is.
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul, colorspace: null);
        byte[] pixels = ArrayPool<byte>.Shared.Rent(info.BytesSize);
        try
        {
            fixed (byte* at = pixels)
            {
                SKCodecResult result = codec.GetPixels(info, (nint)at);
                if (result != SKCodecResult.Success)
                    throw Wrong(name, result == SKCodecResult.IncompleteInput
                        ? $"a {codec.EncodedFormat} that is cut off" : $"a damaged {codec.EncodedFormat} ({result})");
            }
            return Upright(pixels, info.Height, info.Width, codec.EncodedOrigin);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }

    /// <summary>Turns and mirrors as EXIF's orientation asks (tag 0x0112), and leaves out the fourth channel.</summary>
    private static Image Upright(ReadOnlySpan<byte> rgba, int height, int width, SKEncodedOrigin origin)
    {
        // Result pixel (y, x) is source pixel first + y * down + x * right.
        int last = height * width - 1, lastRow = (height - 1) * width;
        (int first, int down, int right) = origin switch
        {
            SKEncodedOrigin.TopRight => (width - 1, width, -1),
            SKEncodedOrigin.BottomRight => (last, -width, -1),
            SKEncodedOrigin.BottomLeft => (lastRow, -width, 1),
            SKEncodedOrigin.LeftTop => (0, 1, width),
            SKEncodedOrigin.RightTop => (lastRow, 1, -width),
            SKEncodedOrigin.RightBottom => (last, -1, -width),
            SKEncodedOrigin.LeftBottom => (width - 1, -1, width),
            _ => (0, width, 1),
        };
        bool turned = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop
            or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        Image image = turned ? new Image(width, height) : new Image(height, width);
        fixed (byte* source = rgba, target = image.Pixels)
        {
            byte* to = target;
            for (int y = 0; y < image.Height; y++)
            {
                byte* from = source + 4L * (first + y * down);
                for (int x = 0; x < image.Width; x++, from += 4L * right, to += 3)
                {
                    to[0] = from[0];
                    to[1] = from[1];
                    to[2] = from[2];
                }
            }
        }
        return image;
    }

    private static byte[] Encode(Image image, SKEncodedImageFormat format, int quality)
    {
        var info = new SKImageInfo(image.Width, image.Height, SKColorType.Rgb888x, SKAlphaType.Opaque, colorspace: null);
        byte[] pixels = new byte[info.BytesSize];
        for (int i = 0, j = 0; i < image.Pixels.Length; i += 3, j += 4)
        {
            image.Pixels.AsSpan(i, 3).CopyTo(pixels.AsSpan(j));
            pixels[j + 3] = 255;
        }
        fixed (byte* at = pixels)
        {
            using var pixmap = new SKPixmap(info, (nint)at);
            using SKData? data = pixmap.Encode(format, quality);
            return data?.ToArray()
                ?? throw new InvalidOperationException($"Skia did not write a {format} of {image.Height}x{image.Width}");
        }
    }

    private static InvalidDataException Wrong(string name, string found) =>
        new($"{name}: expected a JPEG, PNG, WebP, BMP, GIF or binary PPM picture, found {found}");
}
