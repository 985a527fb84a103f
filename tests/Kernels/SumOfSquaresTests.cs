using GpuNet.Kernels;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

/// <summary>The sum of squares on every device against double precision, over several tensors of any length.</summary>
[TestFixture, Parallelizable]
internal sealed class SumOfSquaresTests
{
    // Less than a vector, odd, several blocks and a rest; and all of whole vectors.
    private static readonly int[][] Counts = [[1], [3, 4097], [64, 20000, 5], [64, 20480]];

    [Test]
    public void It_matches_double_precision_bit_for_bit_every_time(
        [ValueSource(typeof(TestDevices), nameof(TestDevices.All))] string deviceName, [ValueSource(nameof(Counts))] int[] counts)
    {
        Device device = TestDevices.Get(deviceName);
        using Arena arena = Unwritten.Arena(device, counts.Sum(c => Arena.Align(4L * c)));
        var random = new Random(counts.Length);
        double expected = 0;
        long at = 0;
        var tensors = new List<Tensor>();
        foreach (int count in counts)
        {
            float[] values = [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
            expected += values.Sum(v => (double)v * v);
            tensors.Add(arena.At(at, Shape.Vector(count)));
            tensors[^1].Upload(values);
            at += Arena.Align(4L * count);
        }
        using SumOfSquares sum = SumOfSquares.Bind(device, tensors);
        double actual = sum.Run();
        // In no place are more than some 160 terms added up one by one: 128 runs of 32 vectors each by a processor's single thread.
        Assert.That(actual, Is.EqualTo(expected).Within(5e-6 * expected));
        Assert.That(sum.Run(), Is.EqualTo(actual));
    }

    [Test]
    public void Long_sums_keep_their_digits([Values("cpu", "cpu, 1 thread")] string deviceName)
    {
        // Added up one by one in single precision, a million squares of 0.1 come out at 9865 instead of 10000.
        const int Count = 1_000_000;
        Device device = TestDevices.Get(deviceName);
        using var arena = new Arena(device, 4L * Count, "test");
        Tensor x = arena.At(0, Shape.Vector(Count));
        x.Span.Fill(0.1f);
        using SumOfSquares sum = SumOfSquares.Bind(device, [x]);
        Assert.That(sum.Run(), Is.EqualTo(Count * (double)0.1f * 0.1f).Within(2e-7 * Count * 0.01));
    }

    [Test]
    public void Nothing_sums_to_zero_and_infinity_is_not_lost([Values("cpu", "ptx 80")] string deviceName)
    {
        Device device = TestDevices.Get(deviceName);
        using (SumOfSquares none = SumOfSquares.Bind(device, []))
            Assert.That(none.Run(), Is.Zero);
        using Arena arena = Unwritten.Arena(device, Arena.Alignment);
        Tensor x = arena.At(0, Shape.Vector(7));
        x.Upload([0, 0, 0, 0, 0, 1e30f, 0]);
        using SumOfSquares sum = SumOfSquares.Bind(device, [x]);
        Assert.That(sum.Run(), Is.EqualTo(double.PositiveInfinity));
    }
}
