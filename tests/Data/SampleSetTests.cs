using NUnit.Framework;

namespace GpuNet.Tests.Data;

public sealed class SampleSetTests
{
    /// <summary>Two streams and a mask, computed from the index.</summary>
    private sealed class TwoStreams : SampleSet
    {
        public override string Name => "two streams";

        public override int Count => 11;

        public override IReadOnlyList<SampleField> Fields { get; } =
        [
            new("left", new Shape(1, 2, 2, 3)), new("right", new Shape(1, 1, 1, 4)), new("mask", new Shape(1, 2, 2, 1), ElementType.Int32),
        ];

        public override void Read(int index, SampleDraw draw, Sample sample)
        {
            sample.Floats("left").Fill(index + 0.5f);
            // The rest is left to be zero, whatever was there before.
            sample.Floats("right")[index % 4] = draw.Training ? draw.Epoch : -1;
            sample.Integers("mask")[index % 4] = index;
        }
    }

    [Test]
    public void Any_fields_come_in_batches([Values] bool training)
    {
        using var loader = new BatchLoader(new TwoStreams(), new BatchLoaderOptions(3, Training: training, Workers: 3));
        Assert.That(string.Join(' ', loader.Fields.Select(f => f.Name)), Is.EqualTo("left right mask"));
        foreach (Batch batch in loader.Epoch(5))
            for (int i = 0; i < batch.Count; i++)
            {
                int index = batch.Samples[i];
                Assert.That(batch.Floats("left")[(i * 12)..(i * 12 + 12)], Is.All.EqualTo(index + 0.5f));
                float[] right = new float[4];
                right[index % 4] = training ? 5 : -1;
                Assert.That(batch.Floats("right")[(i * 4)..(i * 4 + 4)], Is.EqualTo(right));
                int[] mask = new int[4];
                mask[index % 4] = index;
                Assert.That(batch.Integers("mask")[(i * 4)..(i * 4 + 4)], Is.EqualTo(mask));
            }
    }

    [Test]
    public void Arrays_make_a_set()
    {
        SampleSet set = SampleSet.Of("mine", ["a", "b"], new Shape(1, 1, 1, 2), [1, 2, 3, 4, 5, 6], [0, 1, 0]);
        var sample = new Sample(set.Fields);
        set.Read(2, SampleDraw.Evaluation, sample);
        Assert.That(sample.Floats("input").ToArray(), Is.EqualTo(new float[] { 5, 6 }));
        Assert.That(sample.Integers("labels")[0], Is.Zero);
        Assert.That((set.Count, set.Classes.Count), Is.EqualTo((3, 2)));
    }

    [Test]
    public void Arrays_that_do_not_agree_are_named()
    {
        var one = new Shape(1, 1, 1, 1);
        Assert.That(() => SampleSet.Of("mine", [], new Shape(1, 1, 1, 2), [1, 2, 3, 4], [0]),
            Throws.ArgumentException.With.Message.StartsWith(
                "mine: expected fields of equally many samples, found input of 2, labels of 1"));
        Assert.That(() => SampleSet.Of("mine", []), Throws.ArgumentException.With.Message.StartsWith(
            "mine: expected fields of equally many samples, found none"));
        Assert.That(() => SampleColumn.Of("x", new Shape(1, 1, 1, 2), new float[3]),
            Throws.ArgumentException.With.Message.StartsWith("x: expected the extents of one sample, N = 1, and whole samples"));
        SampleSet twice = SampleSet.Of("mine", [], SampleColumn.Of("x", one, new int[2]), SampleColumn.Of("x", one, new int[2]));
        Assert.That(() => new BatchLoader(twice, new BatchLoaderOptions(1)),
            Throws.ArgumentException.With.Message.EqualTo("field 'x' occurs twice"));
    }

    [Test]
    public void Fields_are_asked_for_by_name_and_type()
    {
        var sample = new Sample(new TwoStreams().Fields);
        Assert.That(() => sample.Floats("middle").Length,
            Throws.ArgumentException.With.Message.EqualTo("expected a field 'left' or 'right' or 'mask', found 'middle'"));
        Assert.That(() => sample.Floats("mask").Length,
            Throws.ArgumentException.With.Message.EqualTo("field 'mask' has integers, not floats"));
        Assert.That(() => sample.Integers("left").Length,
            Throws.ArgumentException.With.Message.EqualTo("field 'left' has floats, not integers"));
    }

    [Test]
    public void A_label_beyond_the_classes_names_its_sample([Values(-1, 2)] int label)
    {
        SampleSet set = SampleSet.Of("mine", ["a", "b"], new Shape(1, 1, 1, 1), new float[5], [0, 1, 0, label, 0]);
        using var loader = new BatchLoader(set, new BatchLoaderOptions(2));
        Assert.That(() => loader.Epoch(0).Count(),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo($"mine: sample 3: expected a label 0..1, found {label}"));
    }
}
