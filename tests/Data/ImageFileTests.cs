using System.Text;
using NUnit.Framework;

namespace GpuNet.Tests.Data;

public sealed class ImageFileTests
{
    private static readonly byte[] End = Png.Chunk("IEND");
    private TempFolder folder = null!;

    [SetUp]
    public void Open() => folder = new TempFolder();

    [TearDown]
    public void Close() => folder.Dispose();

    [Test]
    public void What_is_written_is_read_again(
        [Values("a.png", "a.PPM")] string name, [Values(1, 7)] int height, [Values(1, 300)] int width)
    {
        RgbImage image = ImageResizeTests.Picture(height, width);
        ImageFile.Write(folder.File(name), image);
        RgbImage again = ImageFile.Read(folder.File(name));
        Assert.That((again.Height, again.Width), Is.EqualTo((height, width)));
        Assert.That(again.Pixels, Is.EqualTo(image.Pixels));
    }

    // Written by Pillow 9.4 (the last one by hand, with filters 0 to 4 in turn, and read by Pillow) from Picture(5, 6).
    [TestCase("iVBORw0KGgoAAAANSUhEUgAAAAYAAAAFCAIAAADpOgqxAAAAaklEQVR42gFfAKD/AQBVqiUlJW9vb7m5uQMDA01NTQBbsAWN4jcJXrPPJHnfNIk5juMEERER"
        + "Hh4eK4krOP7+HR0dZ1JSAsfHx9TU1OHh4e7u7vv7+wgICACwBVoJXrOsAVaZ7kPQJXpRpvvagCkAr9mBawAAAABJRU5ErkJggg==")]
    [TestCase("iVBORw0KGgoAAAANSUhEUgAAAAYAAAAFCAYAAABmWJ3mAAAAiElEQVR42gF9AIL/AQBVqgAlJSUlb29vJbm5uSUDAwMlTU1NJQRbW1veMjIyJXV1fAPGxoID"
        + "EBAQA1rpnAMEERER3h4eHt4riSslOP7+Ax0dHQNnUlIDAsfHx97U1NTe4eHh3u7u7t77+/veCAgI3gCwBVp4CV6znawBVsKZ7kPn0CV6DFGm+zG8CzONgZr8"
        + "JAAAAABJRU5ErkJggg==")]
    [TestCase("iVBORw0KGgoAAAANSUhEUgAAAAYAAAAFCAIAAADpOgqxAAAAaklEQVR42gFfAKD/AABVqiV6z5TpPk2i91Cl+p3yRwFbsAUyMjJ8fHzGxsYQEBBaWloCERER"
        + "Hh4eKysrODg4RUVFUlJSA/0o0hCQkLy8POfn55MTEz4+vgR9fX1Z1oqjo5ek7e2xNzeBMr4P7ieh9UJZfwAAAABJRU5ErkJggg==")]
    public void Colour_pictures_of_another_writer_are_read(string base64) =>
        Assert.That(ImageFile.Read(folder.Write("a.png", Convert.FromBase64String(base64))).Pixels,
            Is.EqualTo(ImageResizeTests.Picture(5, 6).Pixels));

    [TestCase("iVBORw0KGgoAAAANSUhEUgAAAAYAAAAFCAAAAABDM8I6AAAAIklEQVR42gXBAREAMBCDsP1RK/h3hJYl91RdAqwEFgkLkg931geYDIajqAAAAABJRU5ErkJg"
        + "gg==")]
    [TestCase("iVBORw0KGgoAAAANSUhEUgAAAAYAAAAFCAQAAADMUVVtAAAAJ0lEQVR42mNk+K/KAIMs9xhUGZihkOUeA4LLco+BGc5lucfADOcCACJ7CJfe47cJAAAAAElF"
        + "TkSuQmCC")]
    public void Grey_pictures_of_another_writer_are_read(string base64) =>
        Assert.That(ImageFile.Read(folder.Write("a.png", Convert.FromBase64String(base64))).Pixels,
            Is.EqualTo(Enumerable.Range(0, 90).Select(i => (byte)(i / 3 * 37))));

    [Test]
    public void A_palette_is_looked_up()
    {
        byte[] file = [.. Png.Signature, .. Png.Header(3, 1, 3), .. Png.Chunk("PLTE", 1, 2, 3, 4, 5, 6), .. Png.Data(0, 1, 0, 1), .. End];
        Assert.That(ImageFile.Read(folder.Write("a.png", file)).Pixels, Is.EqualTo(new byte[] { 4, 5, 6, 1, 2, 3, 4, 5, 6 }));
        file = [.. Png.Signature, .. Png.Header(3, 1, 3), .. Png.Chunk("PLTE", 1, 2, 3, 4, 5, 6), .. Png.Data(0, 1, 2, 1), .. End];
        Refused(file, "byte 51: expected a palette of at least 3 colours for pixel (0, 1), found 2");
    }

    [Test]
    public void Rows_may_be_split_and_other_chunks_skipped()
    {
        byte[] data = Png.Data(0, 7, 0, 9)[8..^4];
        byte[] file =
        [
            .. Png.Signature, .. Png.Header(1, 2, 0), .. Png.Chunk("tEXt", 65, 0, 66), .. Png.Chunk("IDAT", data[..3]),
            .. Png.Chunk("IDAT", data[3..]), .. End, 1, 2, 3,
        ];
        Assert.That(ImageFile.Read(folder.Write("a.png", file)).Pixels, Is.EqualTo(new byte[] { 7, 7, 7, 9, 9, 9 }));
    }

    [Test]
    public void A_kind_of_PNG_that_is_not_read_is_named()
    {
        Refused([.. Png.Signature, .. Png.Header(1, 1, 2, bits: 16)],
            "byte 24: expected 8 bits a channel, found 16 (convert the picture first)");
        Refused([.. Png.Signature, .. Png.Header(1, 1, 5)], "byte 25: expected colour type 0, 2, 3, 4 or 6, found 5");
        Refused([.. Png.Signature, .. Png.Header(1, 1, 2, interlace: 1)],
            "byte 28: expected a picture that is not interlaced, found interlace method 1 (convert the picture first)");
        Refused([.. Png.Signature, .. Png.Header(0, 1, 2)], "byte 16: expected 1 to 268435456 pixels, found 0x1");
        Refused([.. Png.Signature, .. Png.Header(1, 1, 2), .. Png.Chunk("QQQQ")],
            "byte 33: expected a chunk of PNG's own kinds, found chunk QQQQ");
    }

    [Test]
    public void A_damaged_PNG_is_named_with_its_offset()
    {
        byte[] file = [.. Png.Signature, .. Png.Header(1, 2, 0), .. Png.Data(0, 7, 0, 9), .. End];
        Refused(file[..^12], $"byte {file.Length - 12}: expected another chunk (the file ends before IEND), found the end of the file");
        Refused(file[..50], "byte 33: expected a chunk of ");
        byte[] flipped = [.. file];
        flipped[20] ^= 1;
        Refused(flipped, "byte 29: expected checksum ");
        Refused([.. Png.Signature, .. End], "byte 8: expected chunk IHDR first, found chunk IEND");
        Refused([.. Png.Signature, .. Png.Header(1, 2, 0), .. End], "byte 33: expected an IDAT chunk before IEND, found none");
        Refused([.. Png.Signature, .. Png.Header(9999, 9999, 0), .. Png.Chunk("IDAT", 1, 2), .. End],
            "byte 33: expected 99990000 bytes of rows in IDAT, found 2 packed bytes, too few for them");
        Refused([.. Png.Signature, .. Png.Header(1, 2, 0), .. Png.Data(0, 7, 0), .. End],
            "byte 33: expected 4 bytes of rows in IDAT, found 3");
        Refused([.. Png.Signature, .. Png.Header(1, 2, 0), .. Png.Data(0, 7, 5, 9), .. End],
            "byte 33: expected a filter 0..4 for row 1, found 5");
        Refused([.. Png.Signature, .. Png.Header(1, 2, 0), .. Png.Chunk("IDAT", 1, 2, 3, 4, 5, 6), .. End],
            "byte 33: expected deflated rows in IDAT");
    }

    [Test]
    public void A_PPM_header_may_have_comments()
    {
        byte[] file = [.. "P6 # made by hand\n# twice\n2\t1 255\n"u8, 10, 20, 30, 40, 50, 60];
        RgbImage image = ImageFile.Read(folder.Write("a.ppm", file));
        Assert.That((image.Height, image.Width), Is.EqualTo((1, 2)));
        Assert.That(image.Pixels, Is.EqualTo(file[^6..]));
    }

    [TestCase("P6 2 1 255\n12345", "byte 16: expected 6 bytes of pixels from byte 11 on, found 5")]
    [TestCase("P6 2 1 65535\n", "byte 12: expected a largest value of 255 (8 bits a channel), found 65535")]
    [TestCase("P6 0 1 255\n", "byte 10: expected 1 to 268435456 pixels, found 0x1")]
    [TestCase("P6 99999 99999 255\n", "byte 18: expected 1 to 268435456 pixels, found 99999x99999")]
    [TestCase("P6 2 x 255\n", "byte 5: expected a height followed by white space in the PPM header")]
    [TestCase("P6 # 2 1 255", "byte 12: expected a width followed by white space in the PPM header")]
    [TestCase("P3 1 1 255 1 2 3", "byte 0: expected a PNG or a binary PPM (P6) picture, found a netpbm picture of kind P3")]
    [TestCase("GIF89a", "byte 0: expected a PNG or a binary PPM (P6) picture, found a GIF")]
    [TestCase("hello", "byte 0: expected a PNG or a binary PPM (P6) picture, found something else")]
    [TestCase("", "byte 0: expected a PNG or a binary PPM (P6) picture, found an empty file")]
    public void Other_content_is_refused(string content, string message) => Refused(Encoding.ASCII.GetBytes(content), message);

    [Test]
    public void A_JPEG_is_named_with_a_way_out() =>
        Refused([0xFF, 0xD8, 0xFF, 0xE0], "byte 0: expected a PNG or a binary PPM (P6) picture, found a JPEG (convert it first, ");

    [Test]
    public void A_missing_file_and_an_unknown_ending_are_named()
    {
        Assert.That(() => ImageFile.Read(folder.File("no.png")), Throws.TypeOf<FileNotFoundException>().With.Message.EqualTo(
            $"{folder.File("no.png")}: expected a PNG or PPM picture, found no such file"));
        Assert.That(() => ImageFile.Write("a.bmp", new RgbImage(1, 1)),
            Throws.ArgumentException.With.Message.StartsWith("a.bmp: expected a name ending in .png or .ppm, found '.bmp'"));
    }

    [Test]
    public void Whatever_a_PNG_holds_it_is_read_or_refused([Range(1, 4)] int seed)
    {
        var random = new SplitMix64((ulong)seed);
        for (int round = 0; round < 500; round++)
        {
            byte[] rows = new byte[random.NextInt32(60)];
            foreach (ref byte value in rows.AsSpan())
                value = (byte)random.NextInt32(random.NextInt32(2) == 0 ? 5 : 256);
            byte[] header = Png.Header(random.NextInt32(5), random.NextInt32(5), (byte)random.NextInt32(7));
            if (random.NextInt32(4) == 0)
                header = Png.Chunk("IHDR", [.. header[8..^4].Select((b, i) => i == round % 13 ? (byte)random.NextInt32(256) : b)]);
            byte[] file = [.. Png.Signature, .. header, .. Png.Chunk("PLTE", rows[..(rows.Length / 2)]), .. Png.Data(rows), .. End];
            if (random.NextInt32(4) == 0)
                file[random.NextInt32(file.Length)] ^= 4;
            string path = folder.Write("any", file);
            try
            {
                ImageFile.Read(path);
            }
            catch (InvalidDataException e)
            {
                Assert.That(e.Message, Does.StartWith(path + ": byte "), $"round {round}");
            }
        }
    }

    private void Refused(byte[] content, string message)
    {
        string path = folder.Write("wrong", content);
        Assert.That(() => ImageFile.Read(path), Throws.TypeOf<InvalidDataException>().With.Message.StartsWith($"{path}: {message}"));
    }
}
