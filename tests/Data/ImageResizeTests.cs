using NUnit.Framework;

namespace GpuNet.Tests.Data;

/// <summary>Golden values from Pillow 9.4, <c>Image.resize((w, h), Image.BILINEAR)</c>, of the picture below.</summary>
public sealed class ImageResizeTests
{
    internal static RgbImage Picture(int height, int width)
    {
        var image = new RgbImage(height, width);
        for (int i = 0; i < image.Pixels.Length; i++)
        {
            int c = i % 3, x = i / 3 % width, y = i / 3 / width;
            image.Pixels[i] = (byte)(x * x * 37 + y * y * 91 + x * y * 13 + c * 85);
        }
        return image;
    }

    [Test]
    public void Shrinking_equals_Pillow() => Assert.That(ImageResize.Bilinear(Picture(5, 7), 3, 4).Pixels, Is.EqualTo(new byte[]
    {
        60, 145, 118, 100, 154, 141, 134, 131, 186, 121, 143, 166, 116, 140, 72, 79, 103, 166,
        93, 117, 162, 109, 162, 161, 95, 96, 134, 122, 100, 122, 144, 122, 144, 80, 158, 196,
    }));

    [Test]
    public void Enlarging_equals_Pillow() => Assert.That(ImageResize.Bilinear(Picture(3, 4), 5, 7).Pixels[..42], Is.EqualTo(new byte[]
    {
        0, 85, 170, 13, 98, 183, 34, 119, 204, 93, 178, 135, 143, 228, 75, 102, 187, 181, 77, 162, 247,
        36, 121, 104, 51, 136, 119, 75, 160, 143, 86, 171, 128, 95, 173, 115, 116, 135, 165, 129, 112, 197,
    }));

    [TestCase(50, 37, 20, 64, 0x4c3b0a53u)]
    [TestCase(333, 500, 256, 384, 0x544c96f7u)]
    [TestCase(32, 32, 224, 224, 0x28cd3df6u)]
    [TestCase(700, 90, 31, 17, 0x7cf59bdcu)]
    public void Larger_pictures_have_Pillows_checksum(int h, int w, int newH, int newW, uint crc32) =>
        Assert.That(Png.Crc(ImageResize.Bilinear(Picture(h, w), newH, newW).Pixels), Is.EqualTo(crc32));

    [Test]
    public void The_same_size_changes_nothing() =>
        Assert.That(ImageResize.Bilinear(Picture(9, 4), 9, 4).Pixels, Is.EqualTo(Picture(9, 4).Pixels));

    [TestCase(333, 500, 256, 384)]
    [TestCase(500, 333, 384, 256)]
    [TestCase(100, 100, 256, 256)]
    [TestCase(64, 111, 256, 444)]
    public void The_shorter_side_leads(int h, int w, int newH, int newW)
    {
        RgbImage result = ImageResize.ShorterSide(Picture(h, w), 256);
        Assert.That((result.Height, result.Width), Is.EqualTo((newH, newW)));
    }

    [Test]
    public void The_middle_is_cut_out()
    {
        RgbImage source = Picture(9, 12), crop = ImageResize.CenterCrop(source, 4, 5);
        // (9 - 4) / 2 = 2.5 and (12 - 5) / 2 = 3.5 round to even: 2 and 4.
        for (int y = 0; y < 4; y++)
            Assert.That(crop.Pixels[(y * 15)..(y * 15 + 15)], Is.EqualTo(source.Pixels[((y + 2) * 36 + 12)..((y + 2) * 36 + 27)]));
        Assert.That(() => ImageResize.CenterCrop(source, 10, 5),
            Throws.ArgumentException.With.Message.StartsWith("expected a picture of at least 10x5, found 9x12"));
    }
}
