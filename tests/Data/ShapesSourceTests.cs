using System.Diagnostics;
using NUnit.Framework;

namespace GpuNet.Tests.Data;

public sealed class ShapesSourceTests
{
    private static readonly MemoryImages Set = new ShapesSource(1000, 200, 1).Load();

    [Test]
    public void The_same_bytes_everywhere_and_always()
    {
        // FNV-1a of the first 200 training images: drawing uses only exactly rounded arithmetic, so no platform may differ.
        Assert.That(Fnv(Set.TrainImages.Pixels[..(200 * 3072)]), Is.EqualTo(129568826943188902));
    }

    [Test]
    public void An_image_depends_on_seed_part_and_index_alone()
    {
        MemoryImages shorter = new ShapesSource(70, 3, 1).Load();
        Assert.That(shorter.TrainImages.Pixels.SequenceEqual(Set.TrainImages.Pixels[..(70 * 3072)]), Is.True);
        Assert.That(shorter.TestImages.Pixels.SequenceEqual(Set.TestImages.Pixels[..(3 * 3072)]), Is.True);
        Assert.That(new ShapesSource(1, 1, 2).Load().TrainImages.Image(0).SequenceEqual(Set.TrainImages.Image(0)), Is.False);
    }

    [Test]
    public void No_image_occurs_twice()
    {
        var seen = new HashSet<ulong>();
        for (int i = 0; i < Set.TrainImages.Count; i++)
            seen.Add(Fnv(Set.TrainImages.Image(i)));
        for (int i = 0; i < Set.TestImages.Count; i++)
            seen.Add(Fnv(Set.TestImages.Image(i)));
        Assert.That(seen, Has.Count.EqualTo(1200));
    }

    [Test]
    public void Every_class_has_its_share()
    {
        Assert.That(Set.TrainImages.ClassNames, Has.Count.EqualTo(10).And.Unique);
        Assert.That(Set.TrainImages.Labels.ToArray().GroupBy(l => l).Select(g => g.Count()), Is.All.EqualTo(100).And.Exactly(10).Items);
    }

    [Test]
    public void Colour_does_not_give_the_class_away()
    {
        MemoryImages set = new ShapesSource(5000, 1, 3).Load();
        double[] mean = new double[10];
        for (int i = 0; i < set.TrainImages.Count; i++)
            foreach (byte value in set.TrainImages.Image(i))
                mean[set.TrainImages.Labels[i]] += value / (500.0 * 3072);
        // The mean of 500 images strays by about 57 / sqrt(500) = 2.5 grey levels.
        Assert.That(mean, Is.All.InRange(127.5 - 12, 127.5 + 12));
    }

    [Test]
    public void The_shape_stands_out_in_every_image()
    {
        for (int i = 0; i < Set.TrainImages.Count; i++)
        {
            ReadOnlySpan<byte> image = Set.TrainImages.Image(i);
            double sum = 0, squares = 0;
            for (int p = 0; p < 1024; p++)
            {
                double luma = 0.299 * image[3 * p] + 0.587 * image[3 * p + 1] + 0.114 * image[3 * p + 2];
                sum += luma;
                squares += luma * luma;
            }
            if (Math.Sqrt(squares / 1024 - sum / 1024 * (sum / 1024)) is var deviation and < 6)
                Assert.Fail($"image {i} of class {Set.TrainImages.Labels[i]} is almost flat: brightness deviates by {deviation:F1} levels");
        }
    }

    [Test]
    public void Ten_thousand_images_take_seconds_at_most()
    {
        var watch = Stopwatch.StartNew();
        new ShapesSource(10_000, 1).Load();
        // About 0.8 s on two cores; the bound only catches a fall into another order of magnitude on a busy machine.
        Assert.That(watch.Elapsed.TotalSeconds, Is.LessThan(8));
    }

    [TestCase(0)]
    [TestCase(ShapesSource.MaxCount + 1)]
    public void A_count_out_of_range_is_refused(int count) =>
        Assert.That(() => new ShapesSource(count).Load(), Throws.InstanceOf<ArgumentOutOfRangeException>());

    private static ulong Fnv(ReadOnlySpan<byte> bytes)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte value in bytes)
            hash = (hash ^ value) * 0x100000001B3;
        return hash;
    }
}
