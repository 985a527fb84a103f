using NUnit.Framework;

namespace GpuNet.Tests.Data;

public sealed class BatchLoaderTests
{
    private static readonly MemoryImages Data = new(
        new ShapesSource(53, 1).Load().TrainImages, new ShapesSource(1, 1).Load().TestImages, Normalization.Cifar10);

    private static readonly SampleSet Set = Data.Train;
    private static readonly ImageDataset Images = Data.TrainImages;

    /// <summary>Fails at one sample, as a worker may that meets something it cannot read.</summary>
    private sealed record FailsAt(int Sample) : Augmentation
    {
        internal override CropFlip Draw(ulong seed, int epoch, int sample) =>
            epoch == 0 && sample == Sample ? throw new InvalidDataException("sample " + sample) : base.Draw(seed, epoch, sample);
    }

    private static int[] Order(BatchLoaderOptions options, int epoch)
    {
        using var loader = new BatchLoader(Set, options);
        return [.. loader.Epoch(epoch).SelectMany(b => b.Samples[..b.Count])];
    }

    [Test]
    public void Evaluation_sees_every_image_once_in_order()
    {
        using var loader = new BatchLoader(Set, BatchLoaderOptions.ForEvaluation(8));
        Assert.That((loader.BatchCount, loader.SampleCount), Is.EqualTo((7, 53)));
        int next = 0;
        float[] expected = new float[Images.ImageLength];
        foreach (Batch batch in loader.Epoch(0))
        {
            Assert.That(batch.Index, Is.EqualTo(next / 8));
            Assert.That(batch.Count, Is.EqualTo(batch.Index == 6 ? 5 : 8));
            for (int i = 0; i < batch.Count; i++, next++)
            {
                Assert.That((batch.Samples[i], batch.Integers("labels")[i]), Is.EqualTo((next, Images.Labels[next])));
                Normalization.Cifar10.Apply(Images.Image(next), expected);
                Assert.That(batch.Floats("input").AsSpan(i * 3072, 3072).SequenceEqual(expected), Is.True, $"image {next}");
            }
            Assert.That(batch.Floats("input")[(batch.Count * 3072)..], Is.All.Zero);
            Assert.That(batch.Integers("labels")[batch.Count..], Is.All.Zero);
        }
        Assert.That(next, Is.EqualTo(53));
    }

    [Test]
    public void Shuffling_is_a_permutation_drawn_from_seed_and_epoch()
    {
        var options = new BatchLoaderOptions(8, Shuffle: true, Seed: 1);
        int[] first = Order(options, 0);
        Assert.That(first, Is.Not.Ordered.And.EquivalentTo(Enumerable.Range(0, 53)));
        Assert.That(Order(options with { BatchSize = 20, Ahead = 5 }, 0), Is.EqualTo(first));
        Assert.That(Order(options, 1), Is.Not.EqualTo(first).And.EquivalentTo(first));
        Assert.That(Order(options with { Seed = 2 }, 0), Is.Not.EqualTo(first).And.EquivalentTo(first));
    }

    [Test]
    public void Training_drops_the_partial_batch()
    {
        using var loader = new BatchLoader(Set, BatchLoaderOptions.ForTraining(8, 1, Augmentation.Standard));
        Assert.That((loader.BatchCount, loader.SampleCount), Is.EqualTo((6, 48)));
        Assert.That(loader.Epoch(0).Select(b => b.Count), Is.All.EqualTo(8).And.Exactly(6).Items);
    }

    [Test]
    public void A_sample_is_augmented_the_same_whatever_its_batch()
    {
        Dictionary<int, float[]> small = Inputs(3, 1), large = Inputs(53, 4);
        Assert.That(small.Keys, Is.EquivalentTo(large.Keys));
        float[] expected = new float[3072];
        foreach ((int sample, float[] image) in small)
        {
            CropFlip placement = Augmentation.Standard.Draw(9, 2, sample);
            Augmentation.Standard.Write(Images.Image(sample), 32, 32, placement, Normalization.Cifar10, expected);
            Assert.That(image.AsSpan().SequenceEqual(large[sample])
                && image.AsSpan().SequenceEqual(expected), Is.True, $"sample {sample}");
        }

        static Dictionary<int, float[]> Inputs(int batchSize, int ahead)
        {
            using var loader = new BatchLoader(Set, new BatchLoaderOptions(
                batchSize, Shuffle: true, Seed: 9,
                Augmentation: Augmentation.Standard, Training: true, Ahead: ahead, Workers: ahead));
            return loader.Epoch(2)
                .SelectMany(b => Enumerable.Range(0, b.Count).Select(i => (b.Samples[i], b.Floats("input")[(i * 3072)..((i + 1) * 3072)])))
                .ToDictionary();
        }
    }

    [Test]
    public void A_batch_stays_as_it_is_until_the_next_is_asked_for()
    {
        using var loader = new BatchLoader(Set, new BatchLoaderOptions(4, Ahead: 1));
        foreach (Batch batch in loader.Epoch(0))
        {
            float[] copy = [.. batch.Floats("input")];
            Thread.Sleep(5);
            Assert.That(batch.Floats("input").AsSpan().SequenceEqual(copy), Is.True);
        }
    }

    [Test]
    public void Buffers_are_used_again_and_nothing_is_allocated_for_a_batch()
    {
        using var loader = new BatchLoader(Set, new BatchLoaderOptions(1, Augmentation: Augmentation.Standard, Training: true, Ahead: 2));
        Assert.That(loader.Epoch(0).Select(b => b.Floats("input")).Distinct().Count(), Is.EqualTo(3));
        long before = 0;
        foreach (Batch batch in loader.Epoch(1))
            if (batch.Index == 3)
                before = GC.GetTotalAllocatedBytes(precise: true);
            else if (batch.Index == 52)
                // 48 batches of 12 KiB of pixels; other threads of the test host may allocate a little.
                Assert.That(GC.GetTotalAllocatedBytes(precise: true) - before, Is.LessThan(200 * 1024));
    }

    [Test]
    public void Leaving_the_loop_frees_the_loader_for_the_next_epoch()
    {
        using var loader = new BatchLoader(Set, BatchLoaderOptions.ForTraining(2, 1, Augmentation.Standard));
        for (int epoch = 0; epoch < 200; epoch++)
            foreach (Batch batch in loader.Epoch(epoch))
                if (batch.Index == epoch % 5)
                    break;
        Assert.That(loader.Epoch(0).Count(), Is.EqualTo(26));
    }

    [Test]
    public void A_failure_of_the_worker_comes_at_its_batch()
    {
        using var loader = new BatchLoader(Set, new BatchLoaderOptions(10, Augmentation: new FailsAt(25), Training: true));
        var seen = new List<int>();
        Assert.That(() =>
        {
            foreach (Batch batch in loader.Epoch(0))
            {
                seen.Add(batch.Index);
                Thread.Sleep(10);
            }
        }, Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("sample 25"));
        Assert.That(seen, Is.EqualTo(Enumerable.Range(0, 2)));
        Assert.That(loader.Epoch(1).Count(), Is.EqualTo(6), "the loader can be used after a failure");
    }

    [Test]
    public void Cancellation_ends_the_epoch()
    {
        using var loader = new BatchLoader(Set, new BatchLoaderOptions(5));
        using var source = new CancellationTokenSource();
        int seen = 0;
        Assert.That(() =>
        {
            foreach (Batch batch in loader.Epoch(0, cancellation: source.Token))
                if (++seen == 2)
                    source.Cancel();
        }, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(seen, Is.EqualTo(2));
        Assert.That(() => loader.Epoch(0, cancellation: source.Token).Count(), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(loader.Epoch(0).Count(), Is.EqualTo(11));
    }

    [Test]
    public void Disposal_ends_an_epoch_under_way()
    {
        var loader = new BatchLoader(Set, new BatchLoaderOptions(5));
        IEnumerator<Batch> batches = loader.Epoch(0).GetEnumerator();
        Assert.That(batches.MoveNext(), Is.True);
        loader.Dispose();
        loader.Dispose();
        Assert.That(() => batches.MoveNext(), Throws.InstanceOf<ObjectDisposedException>());
        batches.Dispose();
        Assert.That(() => loader.Epoch(1), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void Disposal_from_another_thread_never_deadlocks()
    {
        for (int round = 0; round < 100; round++)
        {
            var loader = new BatchLoader(Set, BatchLoaderOptions.ForTraining(1, 1, Augmentation.Standard));
            Task consumer = Task.Run(() =>
            {
                try
                {
                    for (int epoch = 0; ; epoch++)
                        foreach (Batch batch in loader.Epoch(epoch))
                            if (batch.Index == epoch % 7)
                                break;
                }
                catch (ObjectDisposedException)
                {
                }
            });
            Thread.SpinWait(round * 300);
            loader.Dispose();
            Assert.That(consumer.Wait(TimeSpan.FromSeconds(30)), Is.True, $"round {round}");
        }
    }

    [Test]
    public void Two_epochs_at_once_are_refused()
    {
        using var loader = new BatchLoader(Set, new BatchLoaderOptions(5));
        using IEnumerator<Batch> batches = loader.Epoch(0).GetEnumerator();
        batches.MoveNext();
        Assert.That(() => loader.Epoch(1).First(), Throws.InvalidOperationException.With.Message.EqualTo(
            "this loader is in the middle of an epoch: leave that loop first, or use a second loader"));
        Assert.That(batches.MoveNext(), Is.True, "the first is not disturbed");
    }

    [Test]
    public void Wrong_options_are_refused()
    {
        Assert.That(() => new BatchLoader(Set, new BatchLoaderOptions(0)),
            Throws.ArgumentException.With.Message.StartsWith("expected a batch size of 1 or more, found 0"));
        Assert.That(() => new BatchLoader(Set, new BatchLoaderOptions(1, Ahead: 0)),
            Throws.ArgumentException.With.Message.StartsWith("expected 1 or more batches ahead, found 0"));
        Assert.That(() => new BatchLoader(Set, new BatchLoaderOptions(64, DropLast: true)),
            Throws.ArgumentException.With.Message.StartsWith(
                "shapes train: no whole batch of 64 in 53 samples, and partial ones are dropped"));
        Assert.That(() => new BatchLoader(Set, new BatchLoaderOptions(1, Workers: -1)),
            Throws.ArgumentException.With.Message.StartsWith("expected 0 or more workers, found -1"));
        Assert.That(() => new BatchLoader(SampleSet.Of("bare", [], new Shape(1, 1, 1, 1), [], []), new BatchLoaderOptions(1)),
            Throws.ArgumentException.With.Message.StartsWith("bare: expected at least one sample, found none"));
        using var loader = new BatchLoader(Set, new BatchLoaderOptions(10));
        Assert.That(() => loader.Epoch(0, first: 7), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void An_epoch_may_begin_at_any_batch()
    {
        using var loader = new BatchLoader(Set, new BatchLoaderOptions(10, Shuffle: true, Workers: 3));
        int[][] all = [.. loader.Epoch(4).Select(b => b.Samples.ToArray())];
        for (int first = 0; first <= 6; first++)
            Assert.That(loader.Epoch(4, first).Select(b => b.Samples.ToArray()), Is.EqualTo(all[first..]), $"from {first}");
    }

    [Test]
    public void The_first_failing_sample_is_the_error_whatever_the_threads()
    {
        using var loader = new BatchLoader(new Failing(), new BatchLoaderOptions(8, Workers: 4, Ahead: 3));
        for (int round = 0; round < 20; round++)
            Assert.That(() => loader.Epoch(0).Count(), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("sample 9"));
    }

    /// <summary>Fails from sample 9 on, later ones sooner.</summary>
    private sealed class Failing : SampleSet
    {
        public override string Name => "failing";

        public override int Count => 64;

        public override IReadOnlyList<SampleField> Fields { get; } = [new("input", new Shape(1, 1, 1, 1))];

        public override void Read(int index, SampleDraw draw, Sample sample)
        {
            Thread.SpinWait(10 * (64 - index));
            if (index >= 9)
                throw new InvalidDataException("sample " + index);
        }
    }
}
