using System.Text.Json;
using NUnit.Framework;

namespace GpuNet.Tests.Data;

public sealed class ColorJitterTests
{
    private static IEnumerable<JsonElement> Cases => GoldenImages.Cases("colours");

    [TestCaseSource(nameof(Cases))]
    public void Formulas_are_Pillows(JsonElement entry)
    {
        Image image = GoldenImages.Picture(24, 31);
        float factor = entry.GetProperty("factor").GetSingle();
        ColorShift shift = entry.GetProperty("operation").GetString() switch
        {
            "brightness" => new(factor, 1, 1, 0),
            "contrast" => new(1, factor, 1, 0),
            "saturation" => new(1, 1, factor, 0),
            "hue" => new(1, 1, 1, factor),
            // Contrast, hue, brightness, saturation.
            _ => new(0.75f, 1.25f, 1.5f, 0.0625f, Order: 0b10_00_11_01),
        };
        shift.Apply(image.Pixels);
        Assert.That(GoldenImages.Crc(image.Pixels), Is.EqualTo(entry.GetProperty("crc32").GetUInt32()));
    }

    [Test]
    public void Draws_are_even_over_their_range_and_order()
    {
        var jitter = new ColorJitter(0.4f, 1.5f, 0f, 0.1f);
        ColorShift[] all = [.. Enumerable.Range(0, 4800).Select(i => jitter.Draw(3, 1, i))];
        Assert.That(all.Select(s => s.Brightness), Is.All.InRange(0.6f, 1.4f));
        Assert.That(all.Average(s => s.Brightness), Is.EqualTo(1).Within(6 * 0.4 / Math.Sqrt(3 * 4800)));
        Assert.That(all.Select(s => s.Contrast), Is.All.InRange(0f, 2.5f));
        Assert.That(all.Average(s => s.Contrast), Is.EqualTo(1.25).Within(6 * 1.25 / Math.Sqrt(3 * 4800)));
        Assert.That(all.Select(s => s.Saturation), Is.All.EqualTo(1f));
        Assert.That(all.Select(s => s.Hue), Is.All.InRange(-0.1f, 0.1f));
        // 24 orders of 200 each; six standard deviations of a Poisson count.
        Assert.That(all.GroupBy(s => s.Order).Select(g => g.Count()), Is.All.InRange(115, 285).And.Exactly(24).Items);
        Assert.That(jitter.Draw(3, 1, 7), Is.EqualTo(all[7]));
        Assert.That(jitter.Draw(3, 2, 7), Is.Not.EqualTo(all[7]));
    }

    [Test]
    public void Wrong_parameters_are_refused()
    {
        Assert.That(() => new ColorJitter(Hue: 0.6f), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new ColorJitter { Brightness = -1f }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new ColorShift(1, 1, 1, 0).Apply(new byte[4]), Throws.ArgumentException);
    }
}
