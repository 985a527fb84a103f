using NUnit.Framework;

namespace GpuNet.Tests.Data;

public sealed class SplitMix64Tests
{
    [Test]
    public void Numbers_never_change()
    {
        // From a separate implementation in Python.
        var random = new SplitMix64(1, 2, 3, 4);
        Assert.That(random.NextUInt64(), Is.EqualTo(13358903938701939447));
        Assert.That(random.NextUInt64(), Is.EqualTo(15078516555484287735));
        Assert.That(random.NextUInt64(), Is.EqualTo(18011109667394114771));
    }

    [Test]
    public void Coordinates_lead_to_streams_of_their_own()
    {
        var firsts = new HashSet<ulong>();
        for (ulong a = 0; a < 10; a++)
            for (ulong b = 0; b < 10; b++)
                for (ulong c = 0; c < 10; c++)
                    firsts.Add(new SplitMix64(5, a, b, c).NextUInt64());
        Assert.That(firsts, Has.Count.EqualTo(1000));
    }

    [Test]
    public void Ranges_are_kept_and_filled_evenly()
    {
        var random = new SplitMix64(9);
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++)
            counts[random.NextInt32(7)]++;
        // Five standard deviations of a binomial with n = 70000, p = 1/7.
        Assert.That(counts, Is.All.InRange(10_000 - 463, 10_000 + 463));
        for (int i = 0; i < 10_000; i++)
            Assert.That(random.NextSingle(), Is.InRange(0f, 0.99999994f));
        Assert.That(() => random.NextInt32(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void A_shuffle_is_a_permutation()
    {
        int[] values = [.. Enumerable.Range(0, 100)];
        new SplitMix64(3).Shuffle(values);
        Assert.That(values, Is.Not.Ordered.And.EquivalentTo(Enumerable.Range(0, 100)));
    }
}
