using GpuNet.Kernels;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

/// <summary>What convolutions leave of their results for a norm is right, and a large mean costs it no digits.</summary>
[TestFixture]
internal sealed class ProducerMomentsTests
{
    private const float Mean = 300;

    private static IEnumerable<string> Devices => TestDevices.All
        .Where(n => !TestDevices.Get(n).Info.IsProcessor && SharedTile.RunsOn(TestDevices.Get(n)));

    [TestCaseSource(nameof(Devices))]
    public void Products_leave_the_moments_of_their_tiles(string deviceName)
    {
        Device device = TestDevices.Get(deviceName);
        foreach (int channels in (int[])[12, 10])
        {
            var op = new PointwiseConv(new Shape(2, 9, 8, channels), channels);
            var product = new PointwiseProduct(device, op, norm: null);
            float[] unit = [.. Enumerable.Range(0, channels * channels).Select(i => i % (channels + 1) == 0 ? 1f : 0f)];
            Check(device, op.Input, unit, product.Moments, (x, weight, y, moments) => product.Run(x, x, weight, y, moments));
        }
    }

    [TestCaseSource(nameof(Devices))]
    public void Depthwise_convolutions_leave_the_moments_of_their_strips(string deviceName)
    {
        Device device = TestDevices.Get(deviceName);
        foreach (int channels in (int[])[12, 10])
        {
            var op = new DepthwiseConv(new Shape(3, 9, 7, channels), new Window(3));
            var filter = new DepthwiseMoments(device, op, norm: null);
            float[] centre = [.. Enumerable.Range(0, 9 * channels).Select(i => i / channels == 4 ? 1f : 0f)];
            Check(device, op.Input, centre, filter.Moments, (x, weight, y, moments) => filter.Run(x, x, weight, y, moments));
        }
    }

    // With weights that leave the input as it is.
    private static void Check(
        Device device, Shape shape, float[] weights, Moments layout,
        Action<ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>> run)
    {
        var random = new Random(layout.Channels);
        float[] values = [.. Enumerable.Range(0, (int)shape.Elements).Select(_ => Mean + random.NextSingle())];
        long piece = Arena.Align(4 * Math.Max(Math.Max(shape.Elements, weights.Length), layout.Elements));
        using Arena arena = Unwritten.Arena(device, 4 * piece);
        Tensor x = arena.At(0, shape), weight = arena.At(piece, Shape.Vector(weights.Length)), y = arena.At(2 * piece, shape);
        Tensor moments = arena.At(3 * piece, Shape.Vector((int)(layout.Elements + 3) / 4 * 4));
        x.Upload(values);
        weight.Upload(weights);
        run(x.View, weight.View, y.View, moments.View);
        float[] left = moments.ToArray()[..(int)layout.Elements];
        Assert.That(y.ToArray(), Is.EqualTo(values));
        Assert.That(left[layout.Counts..].Sum(), Is.EqualTo(shape.Rows));
        for (int c = 0; c < layout.Channels; c++)
        {
            double[] all = [.. values.Where((_, i) => i % layout.Channels == c).Select(v => (double)v)];
            double mean = all.Average(), squares = all.Sum(v => (v - mean) * (v - mean)), sum = 0, merged = 0;
            for (int block = 0; block < layout.Blocks; block++)
            {
                double own = left[(block * layout.Channels) + c], count = left[layout.Counts + block];
                sum += count * own;
                merged += left[layout.Squares + (block * layout.Channels) + c] + (count * (own - mean) * (own - mean));
            }
            Assert.That(sum / shape.Rows, Is.EqualTo(mean).Within(1e-6 * Mean), $"channel {c}");
            Assert.That(merged, Is.EqualTo(squares).Within(1e-4 * squares), $"channel {c}");
        }
    }
}
