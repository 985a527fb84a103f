using GpuNet.Kernels;
using GpuNet.Tests.Reference;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

[TestFixture, Parallelizable]
internal sealed class DropoutTests : OperatorProof<DropoutReference>
{
    private const int Count = 1 << 18;

    // Five standard deviations: one failure in a million, and the seeds are fixed.
    private const double Deviations = 5;

    [Test]
    public void Elements_are_dropped_at_the_rate([Values(0.1f, 0.5f, 0.9f)] float rate, [Values(0u, 1u, 77u)] uint seed)
    {
        bool[] dropped = Dropped(rate, seed, 1);
        double share = dropped.Count(d => d) / (double)Count;
        Assert.That(share, Is.EqualTo(rate).Within(Deviations * Math.Sqrt(rate * (1 - rate) / Count)));
    }

    [Test]
    public void Choices_are_independent_of_those_nearby([Values(1, 2, 3, 4, 7, 16, 64, 96, 256, 1024, 16384, 65536)] int distance)
    {
        bool[] dropped = Dropped(0.5f, 5, 1);
        int same = Enumerable.Range(0, Count - distance).Count(i => dropped[i] == dropped[i + distance]);
        Assert.That(same, Is.EqualTo((Count - distance) / 2.0).Within(Deviations * Math.Sqrt(Count - distance) / 2));
    }

    [Test]
    public void Neighbouring_seeds_choose_independently()
    {
        bool[] dropped = Dropped(0.5f, 0, 24);
        for (int a = 0; a < 24; a++)
        {
            for (int b = 0; b < a; b++)
            {
                int same = Enumerable.Range(0, Count).Count(i => dropped[(a * Count) + i] == dropped[(b * Count) + i]);
                Assert.That(same, Is.EqualTo(Count / 2.0).Within(Deviations * Math.Sqrt(Count) / 2), $"seeds {a} and {b}");
            }
        }
    }

    // The hash is a permutation of the indices; a second use of the key keeps two masks from being one, shuffled in blocks.
    [Test]
    public void Masks_of_two_seeds_differ_in_how_many_of_a_block_they_drop()
    {
        bool[] dropped = Dropped(0.5f, 0, 2);
        int[] Blocks(int seed) => [.. dropped.Skip(seed * Count).Take(Count).Chunk(256).Select(block => block.Count(d => d)).Order()];
        Assert.That(Blocks(0), Is.Not.EqualTo(Blocks(1)));
        double variance = Blocks(0).Average(n => (n - 128.0) * (n - 128.0));
        Assert.That(variance, Is.EqualTo(64).Within(Deviations * 64 * Math.Sqrt(2.0 / (Count / 256))));
    }

    private static bool[] Dropped(float rate, uint firstSeed, int steps)
    {
        float[] y = Masks.Of(new Dropout(new Shape(1, 1, 1, Count), rate), firstSeed, steps);
        return Array.ConvertAll(y, v => v == 0);
    }
}
