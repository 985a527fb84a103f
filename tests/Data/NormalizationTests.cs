using NUnit.Framework;

namespace GpuNet.Tests.Data;

public sealed class NormalizationTests
{
    [Test]
    public void Constants_are_measured_on_every_pixel()
    {
        // Channel 0: 0, 51, 102, 255; channel 1 is constant.
        var set = new ImageDataset("tiny", ["a"], 1, 2, 2, [0, 9, 51, 9, 102, 9, 255, 9], [0, 0]);
        Normalization measured = Normalization.Of(set);
        Assert.That(measured.Mean[0], Is.EqualTo(0.4f).Within(1e-7));
        Assert.That(measured.Deviation[0], Is.EqualTo(0.3741657f).Within(1e-6));
        Assert.That(measured.Mean[1], Is.EqualTo(9f / 255).Within(1e-7));
        Assert.That(measured.Deviation[1], Is.EqualTo(1f), "a constant channel cannot be divided by its deviation");
    }

    [Test]
    public void Measured_images_have_mean_zero_and_deviation_one()
    {
        ImageDataset set = new ShapesSource(200, 1).Load().TrainImages;
        float[] values = new float[set.Pixels.Length];
        Normalization.Of(set).Apply(set.Pixels, values);
        Assert.That(values.Average(v => (double)v), Is.EqualTo(0).Within(1e-5));
        Assert.That(values.Average(v => (double)v * v), Is.EqualTo(1).Within(1e-4));
    }

    [Test]
    public void The_formula_holds_for_any_number_of_channels([Values(1, 3, 4)] int channels)
    {
        float[] mean = [.. Enumerable.Range(1, channels).Select(c => 0.2f * c)];
        float[] deviation = [.. Enumerable.Range(1, channels).Select(c => 0.3f * c)];
        byte[] pixels = [.. Enumerable.Range(0, 256 * channels).Select(i => (byte)(i / channels))];
        float[] output = new float[pixels.Length];
        new Normalization(mean, deviation).Apply(pixels, output);
        Assert.That(output, Is.EqualTo(pixels.Select((p, i) => (float)((p / 255.0 - mean[i % channels]) / deviation[i % channels]))));
    }

    [Test]
    public void Constants_are_compared_by_value()
    {
        var other = new Normalization([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);
        Assert.That(other, Is.EqualTo(Normalization.ImageNet));
        Assert.That(other.GetHashCode(), Is.EqualTo(Normalization.ImageNet.GetHashCode()));
        Assert.That(other, Is.Not.EqualTo(Normalization.Cifar10));
        Assert.That(other.ToString(), Is.EqualTo("mean [0.485, 0.456, 0.406], deviation [0.229, 0.224, 0.225]"));
    }

    [Test]
    public void Unusable_constants_are_refused()
    {
        Assert.That(() => new Normalization([0f, 0f], [1f, 0f]),
            Throws.ArgumentException.With.Message.EqualTo("channel 1: expected a finite mean and a deviation above 0, found 0 and 0"));
        Assert.That(() => new Normalization([0f], [1f, 1f]),
            Throws.ArgumentException.With.Message.EqualTo("expected one mean and one deviation a channel, found 1 and 2"));
        Assert.That(() => Normalization.ImageNet.Apply(new byte[4], new float[4]),
            Throws.ArgumentException.With.Message.EqualTo("expected as many bytes as floats, a multiple of 3, found 4 and 4"));
    }
}
