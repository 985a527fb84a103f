using System.Text;
using NUnit.Framework;

namespace GpuNet.Tests.Data;

public sealed class ImageTests
{
    private const string Kinds = "expected a JPEG, PNG, WebP, BMP, GIF or binary PPM picture, found ";

    [Test]
    public void Pixels_are_Pillows([ValueSource(typeof(GoldenImages), nameof(GoldenImages.Files))] string file)
    {
        (byte[] content, int height, int width, uint crc) = GoldenImages.Of(file);
        Image image = Image.Decode(content, file);
        Assert.That((image.Height, image.Width), Is.EqualTo((height, width)));
        Assert.That(GoldenImages.Crc(image.Pixels), Is.EqualTo(crc));
    }

    [Test]
    public void A_picture_cut_off_is_refused([ValueSource(typeof(GoldenImages), nameof(GoldenImages.Files))] string file)
    {
        byte[] content = GoldenImages.Of(file).Content;
        // For a JPEG not even all but the end of image is enough, for a GIF of several pictures the first.
        byte[] cut = content[..(file.EndsWith(".jpg", StringComparison.Ordinal) ? content.Length - 2
            : file == "film.gif" ? content.Length / 3 : content.Length * 2 / 3)];
        Assert.That(() => Image.Decode(cut, "cut"), Throws.TypeOf<InvalidDataException>().With.Message.StartsWith("cut: "));
    }

    [Test]
    public void What_is_written_is_read_again(
        [Values("a.png", "a.PPM")] string name, [Values(1, 7)] int height, [Values(1, 300)] int width)
    {
        using var folder = new TempFolder();
        Image image = GoldenImages.Picture(height, width);
        image.Save(folder.File(name));
        Image again = Image.Read(folder.File(name));
        Assert.That((again.Height, again.Width), Is.EqualTo((height, width)));
        Assert.That(again.Pixels, Is.EqualTo(image.Pixels));
    }

    [Test]
    public void A_JPEG_is_nearly_what_was_written()
    {
        using var folder = new TempFolder();
        var image = new Image(16, 24);
        for (int i = 0; i < image.Pixels.Length; i++)
            image.Pixels[i] = (byte)(i / 3 % 24 * 5 + 40);
        image.Save(folder.File("a.jpg"));
        byte[] again = Image.Read(folder.File("a.jpg")).Pixels;
        Assert.That(again.Zip(image.Pixels, (a, b) => Math.Abs(a - b)).Max(), Is.LessThan(6));
    }

    [Test]
    public void A_header_that_asks_for_all_memory_is_refused()
    {
        byte[] png = GoldenImages.Of("colour.png").Content, bmp = GoldenImages.Of("colour.bmp").Content;
        // IHDR: width and height at byte 16, a checksum of 17 bytes at 29. BMP: width and height at byte 18, no checksum.
        new byte[] { 0, 1, 0, 0, 0, 1, 0, 0 }.CopyTo(png, 16);
        uint crc = GoldenImages.Crc(png.AsSpan(12, 17));
        new[] { (byte)(crc >> 24), (byte)(crc >> 16), (byte)(crc >> 8), (byte)crc }.CopyTo(png, 29);
        Assert.That(() => Image.Decode(png), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            "picture: expected 1 to 268435456 pixels, found 65536x65536"));
        new byte[] { 0xA8, 0x61, 0, 0, 0xA8, 0x61, 0, 0 }.CopyTo(bmp, 18);
        Assert.That(() => Image.Decode(bmp), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            "picture: expected 1 to 268435456 pixels, found 25000x25000"));
    }

    [Test]
    public void A_PPM_header_may_have_comments()
    {
        byte[] file = [.. "P6 # made by hand\n# twice\n2\t1 255\n"u8, 10, 20, 30, 40, 50, 60];
        Image image = Image.Decode(file);
        Assert.That((image.Height, image.Width), Is.EqualTo((1, 2)));
        Assert.That(image.Pixels, Is.EqualTo(file[^6..]));
    }

    [TestCase("P6 2 1 255\n12345", "byte 16: expected 6 bytes of pixels from byte 11 on, found 5")]
    [TestCase("P6 2 1 65535\n", "byte 12: expected a largest value of 255 (8 bits a channel), found 65535")]
    [TestCase("P6 0 1 255\n", "expected 1 to 268435456 pixels, found 0x1")]
    [TestCase("P6 99999 99999 255\n", "expected 1 to 268435456 pixels, found 99999x99999")]
    [TestCase("P6 2 x 255\n", "byte 5: expected a height followed by white space in the header")]
    [TestCase("P6 # 2 1 255", "byte 12: expected a width followed by white space in the header")]
    [TestCase("P3 1 1 255 1 2 3", Kinds + "a netpbm picture of kind P3")]
    [TestCase("GIF89a", Kinds + "a damaged GIF")]
    [TestCase("<html>", Kinds + "a page or drawing in markup (HTML, SVG or XML)")]
    [TestCase("hello", Kinds + "something else")]
    [TestCase("", Kinds + "an empty file")]
    public void Other_content_is_refused(string content, string message) => Assert.That(
        () => Image.Decode(Encoding.ASCII.GetBytes(content), "wrong"),
        Throws.TypeOf<InvalidDataException>().With.Message.StartsWith("wrong: " + message));

    [Test]
    public void A_missing_file_and_an_unknown_ending_are_named()
    {
        using var folder = new TempFolder();
        Assert.That(() => Image.Read(folder.File("no.png")), Throws.TypeOf<FileNotFoundException>().With.Message.EqualTo(
            $"{folder.File("no.png")}: expected a picture, found no such file"));
        Assert.That(() => new Image(1, 1).Save("a.bmp"),
            Throws.ArgumentException.With.Message.StartsWith("a.bmp: expected a name ending in .png, .jpg or .ppm, found '.bmp'"));
    }

    [Test]
    public void Whatever_a_file_holds_it_is_read_or_refused([ValueSource(typeof(GoldenImages), nameof(GoldenImages.Files))] string file)
    {
        byte[] content = GoldenImages.Of(file).Content;
        var random = new SplitMix64(GoldenImages.Crc(content));
        for (int round = 0; round < 100; round++)
        {
            byte[] spoilt = [.. content[..(content.Length - (round % 2 == 0 ? 0 : random.NextInt32(content.Length)))]];
            for (int i = random.NextInt32(4); i > 0 && spoilt.Length > 0; i--)
                spoilt[random.NextInt32(spoilt.Length)] = (byte)random.NextInt32(256);
            try
            {
                Image.Decode(spoilt, "spoilt");
            }
            catch (InvalidDataException e)
            {
                Assert.That(e.Message, Does.StartWith("spoilt: "), $"round {round}");
            }
        }
    }
}
