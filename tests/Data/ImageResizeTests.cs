using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace GpuNet.Tests.Data;

/// <summary>Golden values from Pillow 9.4, <c>Image.resize((w, h), Image.BILINEAR)</c>, of the picture below.</summary>
public sealed class ImageResizeTests
{
    private static Image Picture(int height, int width) => GoldenImages.Picture(height, width);

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

    [TestCaseSource(nameof(Cases))]
    public void Boxes_resized_are_torchvisions(JsonElement entry)
    {
        int[] box = [.. entry.GetProperty("box").EnumerateArray().Select(v => v.GetInt32())];
        Image result = ImageResize.ResizeBox(
            Picture(Number("height"), Number("width")), new ImageBox(box[0], box[1], box[2], box[3]), Number("toHeight"), Number("toWidth"),
            Enum.Parse<ResizeFilter>(entry.GetProperty("filter").GetString()!));
        Assert.That(GoldenImages.Crc(result.Pixels), Is.EqualTo(entry.GetProperty("crc32").GetUInt32()));

        int Number(string name) => entry.GetProperty(name).GetInt32();
    }

    private static IEnumerable<JsonElement> Cases => GoldenImages.Cases("resizes");

    [Test]
    public void A_window_is_a_part_of_the_whole([Values] ResizeFilter filter)
    {
        Gen<(int[] N, ulong Seed)> sizes =
            from n in Gen.ArrayOf(Gen.Choose(1, 40), 4)
            from seed in Gen.Choose(0, int.MaxValue)
            select (n, (ulong)seed);
        Prop.ForAll(Arb.From(sizes), draw =>
        {
            (int h, int w, int toH, int toW) = (draw.N[0], draw.N[1], draw.N[2], draw.N[3]);
            var random = new SplitMix64(draw.Seed);
            int top = random.NextInt32(toH), left = random.NextInt32(toW);
            var window = new ImageBox(top, left, 1 + random.NextInt32(toH - top), 1 + random.NextInt32(toW - left));
            Image source = Picture(h, w);
            Image part = ImageResize.Window(source, new ImageBox(0, 0, h, w), toH, toW, window, filter);
            Image whole = ImageResize.ResizeBox(ImageResize.Resize(source, toH, toW, filter), window, window.Height, window.Width);
            return part.Pixels.AsSpan().SequenceEqual(whole.Pixels);
        }).QuickCheckThrowOnFailure();
    }

    [TestCase(0, 0, 0, 5)]
    [TestCase(0, 0, 5, 10)]
    [TestCase(-1, 0, 5, 5)]
    [TestCase(3, 5, 7, 5)]
    public void A_box_beyond_the_picture_is_refused(int top, int left, int height, int width) => Assert.That(
        () => ImageResize.ResizeBox(Picture(9, 9), new ImageBox(top, left, height, width), 4, 4),
        Throws.ArgumentException.With.Message.StartsWith("expected a box inside 9x9, found ImageBox"));

    [Test]
    public void The_same_size_changes_nothing() =>
        Assert.That(ImageResize.Bilinear(Picture(9, 4), 9, 4).Pixels, Is.EqualTo(Picture(9, 4).Pixels));

    [TestCase(333, 500, 256, 384)]
    [TestCase(500, 333, 384, 256)]
    [TestCase(100, 100, 256, 256)]
    [TestCase(64, 111, 256, 444)]
    public void The_shorter_side_leads(int h, int w, int newH, int newW)
    {
        Image result = ImageResize.ShorterSide(Picture(h, w), 256);
        Assert.That((result.Height, result.Width), Is.EqualTo((newH, newW)));
    }

    [Test]
    public void The_middle_is_cut_out()
    {
        Image source = Picture(9, 12), crop = ImageResize.CenterCrop(source, 4, 5);
        // (9 - 4) / 2 = 2.5 and (12 - 5) / 2 = 3.5 round to even: 2 and 4.
        for (int y = 0; y < 4; y++)
            Assert.That(crop.Pixels[(y * 15)..(y * 15 + 15)], Is.EqualTo(source.Pixels[((y + 2) * 36 + 12)..((y + 2) * 36 + 27)]));
        Assert.That(() => ImageResize.CenterCrop(source, 10, 5),
            Throws.ArgumentException.With.Message.StartsWith("expected a picture of at least 10x5, found 9x12"));
    }
}
