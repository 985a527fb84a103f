using GpuNet.Kernels;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

/// <summary>What blocks of rows of any size leave is merged into the statistics of all rows, and into totals.</summary>
[TestFixture]
internal sealed class MomentsCombineTests
{
    private const float Epsilon = 1e-3f, Momentum = 0.25f;

    private static IEnumerable<string> Devices => TestDevices.All.Where(n => !TestDevices.Get(n).IsHost);

    [TestCaseSource(nameof(Devices))]
    public void Moments_of_blocks_are_those_of_all_rows(string deviceName)
    {
        foreach ((int blocks, int channels, bool hasReference) in ((int, int, bool)[])[(1, 12, false), (37, 20, true), (61, 7, false)])
        {
            var random = new Random(blocks);
            float[] counts = [.. Enumerable.Range(0, blocks).Select(_ => (float)random.Next(1, 9))];
            int rows = Math.Max(2, (int)counts.Sum());
            counts[0] += rows - counts.Sum();
            float[] reference = Draw(random, channels, -100, 100), weight = Draw(random, channels, -1, 1),
                bias = Draw(random, channels, -1, 1);
            float[] runningMean = Draw(random, channels, -1, 1), runningVariance = Draw(random, channels, 0, 1);
            var moments = new Moments(blocks, channels);
            var leaves = new float[moments.Elements];
            var all = new List<double>[channels];
            for (int c = 0; c < channels; c++)
            {
                all[c] = [];
                for (int block = 0; block < blocks; block++)
                {
                    double[] values = [.. Enumerable.Range(0, (int)counts[block]).Select(_ => (random.NextDouble() * 4) + (block % 3))];
                    double mean = values.Average();
                    leaves[(block * channels) + c] = (float)mean;
                    leaves[moments.Squares + (block * channels) + c] = (float)values.Sum(v => (v - mean) * (v - mean));
                    all[c].AddRange(values.Select(v => v + (hasReference ? reference[c] : 0)));
                }
            }
            counts.CopyTo(leaves, moments.Counts);
            float[][] results = Run(deviceName, moments, rows, hasReference,
                [leaves, reference, weight, bias, runningMean, runningVariance]);
            for (int c = 0; c < channels; c++)
            {
                double mean = all[c].Average(), squares = all[c].Sum(v => (v - mean) * (v - mean)),
                    inverse = 1 / Math.Sqrt((squares / rows) + Epsilon);
                double scale = weight[c] * inverse, size = 1 + Math.Abs(mean);
                string what = $"{blocks} blocks, channel {c}";
                Assert.That(results[0][c], Is.EqualTo(mean).Within(1e-6 * size), what);
                Assert.That(results[1][c], Is.EqualTo(inverse).Within(2e-6 * inverse), what);
                Assert.That(results[2][c], Is.EqualTo((0.75 * runningMean[c]) + (0.25 * mean)).Within(1e-6 * size), what);
                Assert.That(results[3][c], Is.EqualTo((0.75 * runningVariance[c]) + (0.25 * squares / (rows - 1))).Within(1e-5), what);
                Assert.That(results[4][c], Is.EqualTo(scale).Within(2e-6), what);
                Assert.That(results[4][channels + c], Is.EqualTo(bias[c] - (mean * scale)).Within(4e-6 * size), what);
            }
        }
    }

    [TestCaseSource(nameof(Devices))]
    public void Sums_of_blocks_are_added_up_and_to_the_gradients_that_are_wanted(string deviceName)
    {
        const int Blocks = 45, Channels = 12;
        Device device = TestDevices.Get(deviceName);
        var random = new Random(1);
        float[] sums = Draw(random, 2 * Blocks * Channels, -1, 1), start = Draw(random, Channels, -1, 1);
        using Arena arena = Unwritten.Arena(device, (4 * Arena.Alignment) + Arena.Align(4 * sums.Length));
        Tensor totals = arena.At(0, Shape.Vector(2 * Channels)), dweight = arena.At(Arena.Alignment, Shape.Vector(Channels));
        Tensor dbias = arena.At(2 * Arena.Alignment, Shape.Vector(Channels)),
            partial = arena.At(3 * Arena.Alignment, Shape.Vector(sums.Length));
        partial.Upload(sums);
        dweight.Upload(start);
        dbias.Upload(start);
        var combine = new SumsCombine(device, Blocks, Channels);
        combine.Run(partial.View, totals.View, dweight, dbias);
        combine.Run(partial.View, totals.View, Tensor.None, Tensor.None);
        double Total(int which, int c) => Enumerable.Range(0, Blocks).Sum(b => (double)sums[(((which * Blocks) + b) * Channels) + c]);
        for (int c = 0; c < Channels; c++)
        {
            Assert.That(totals.ToArray()[c], Is.EqualTo(Total(0, c)).Within(1e-5));
            Assert.That(totals.ToArray()[Channels + c], Is.EqualTo(Total(1, c)).Within(1e-5));
            Assert.That(dbias.ToArray()[c], Is.EqualTo(start[c] + Total(0, c)).Within(1e-5));
            Assert.That(dweight.ToArray()[c], Is.EqualTo(start[c] + Total(1, c)).Within(1e-5));
        }
    }

    // Mean, inverse deviation, running mean, running variance, factors.
    private static float[][] Run(string deviceName, Moments moments, int rows, bool hasReference, float[][] inputs)
    {
        Device device = TestDevices.Get(deviceName);
        int[] lengths = [.. inputs.Select(i => i.Length), moments.Channels, moments.Channels, 2 * moments.Channels];
        using Arena arena = Unwritten.Arena(device, lengths.Sum(l => Arena.Align(4L * l)));
        long offset = 0;
        Tensor Take(int length)
        {
            Tensor tensor = arena.At(offset, Shape.Vector(length));
            offset += Arena.Align(4L * length);
            return tensor;
        }

        Tensor[] t = [.. lengths.Select(Take)];
        for (int i = 0; i < inputs.Length; i++)
            t[i].Upload(inputs[i]);
        var combine = new MomentsCombine(device, moments, rows, Epsilon, Momentum);
        if (hasReference)
            combine.Run(t[0].View, t[1].View, t[2].View, t[3].View, t[6].View, t[7].View, t[4].View, t[5].View, t[8].View);
        else
            combine.Run(t[0].View, t[2].View, t[3].View, t[6].View, t[7].View, t[4].View, t[5].View, t[8].View);
        return [t[6].ToArray(), t[7].ToArray(), t[4].ToArray(), t[5].ToArray(), t[8].ToArray()];
    }

    private static float[] Draw(Random random, int count, float low, float high) =>
        [.. Enumerable.Range(0, count).Select(_ => low + (random.NextSingle() * (high - low)))];
}
