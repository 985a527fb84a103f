using NUnit.Framework;

namespace GpuNet.Tests.Data;

public sealed class MixupTests
{
    private static readonly SampleSet Set = SampleSet.Of("numbers", [], new Shape(1, 1, 1, 2),
        [.. Enumerable.Range(0, 20).Select(i => i * 10f)], [.. Enumerable.Range(0, 10)]);

    private static readonly BatchLoaderOptions Options = new(
        4, Shuffle: true, Seed: 3, Augmentation: Augmentation.None with { Mixup = 0.4f }, Training: true, Workers: 2);

    [Test]
    public void Each_sample_is_mixed_with_the_next()
    {
        using var loader = new BatchLoader(Set, Options);
        Assert.That(loader.Fields.Select(f => (f.Name, f.Type)), Is.EqualTo(new[]
        {
            ("input", ElementType.Float32), ("labels", ElementType.Int32), ("labels2", ElementType.Int32), ("share", ElementType.Float32),
        }));
        var shares = new List<float>();
        foreach (Batch batch in loader.Epoch(1))
        {
            float share = batch.Floats("share")[0];
            shares.Add(share);
            Assert.That(batch.Floats("share")[..batch.Count], Is.All.EqualTo(share).And.All.InRange(0f, 1f));
            for (int i = 0; i < batch.Count; i++)
            {
                int own = batch.Samples[i], other = batch.Samples[(i + 1) % batch.Count];
                Assert.That((batch.Integers("labels")[i], batch.Integers("labels2")[i]), Is.EqualTo((own, other)));
                for (int c = 0; c < 2; c++)
                    Assert.That(batch.Floats("input")[2 * i + c],
                        Is.EqualTo(share * (20 * own + 10 * c) + (1 - share) * (20 * other + 10 * c)).Within(1e-4));
            }
            Assert.That(batch.Floats("share")[batch.Count..], Is.All.Zero);
        }
        Assert.That(shares, Is.Unique);
        using var again = new BatchLoader(Set, Options with { Workers = 1 });
        Assert.That(again.Epoch(1, first: 1).Select(b => b.Floats("share")[0]), Is.EqualTo(shares[1..]), "whatever came before");
    }

    [Test]
    public void Nothing_is_mixed_for_evaluation()
    {
        using var loader = new BatchLoader(Set, Options with { Training = false });
        Assert.That(string.Join(' ', loader.Fields.Select(f => f.Name)), Is.EqualTo("input labels"));
        foreach (Batch batch in loader.Epoch(0))
            for (int i = 0; i < batch.Count; i++)
                Assert.That(batch.Floats("input")[2 * i], Is.EqualTo(20f * batch.Samples[i]));
    }

    // Beta(a, a) has mean 1/2 and variance 1 / (4 (2a + 1)); the density is the same at x and 1 - x.
    [TestCase(0.2f)]
    [TestCase(1f)]
    [TestCase(4f)]
    public void Shares_are_Beta_distributed(float alpha)
    {
        const int n = 20_000;
        double[] shares = [.. Enumerable.Range(0, n).Select(i => (double)Mixup.Draw(alpha, 5, 0, i))];
        double variance = 1 / (4 * (2 * alpha + 1));
        Assert.That(shares, Is.All.InRange(0, 1));
        Assert.That(shares.Average(), Is.EqualTo(0.5).Within(6 * Math.Sqrt(variance / n)));
        // The fourth central moment is at most a quarter of the variance, as |x - 1/2| is at most 1/2.
        Assert.That(shares.Average(s => (s - 0.5) * (s - 0.5)), Is.EqualTo(variance).Within(6 * Math.Sqrt(variance / 4 / n)));
        // Fourth moment of Beta(a, a) about 1/2: 3 / (16 (2a + 1) (2a + 3)); tells Beta from others of the same variance.
        Assert.That(shares.Average(s => Math.Pow(s - 0.5, 4)), Is.EqualTo(3 / (16 * (2 * alpha + 1) * (2 * alpha + 3))).Within(0.0015));
    }

    [Test]
    public void A_set_without_labels_is_refused()
    {
        SampleSet none = SampleSet.Of("bare", [], SampleColumn.Of("input", new Shape(1, 1, 1, 1), new float[3]));
        Assert.That(() => new BatchLoader(none, Options),
            Throws.ArgumentException.With.Message.EqualTo("bare: mixup needs an integer field 'labels', found input [1x1x1x1]"));
        SampleSet taken = SampleSet.Of("taken", [], SampleColumn.Of("labels", new Shape(1, 1, 1, 1), new int[3]),
            SampleColumn.Of("share", new Shape(1, 1, 1, 1), new float[3]));
        Assert.That(() => new BatchLoader(taken, Options),
            Throws.ArgumentException.With.Message.EqualTo("taken: mixup adds a field 'share', which the set has already"));
    }
}
