using NUnit.Framework;

namespace GpuNet.Tests.Library;

/// <summary>Networks of more than one input, output and loss.</summary>
[TestFixture, Parallelizable]
internal sealed class SeveralInputsTests
{
    private static readonly ModelSpec Spec = Models.Define("two-streams", new Shape(1, 8, 8, 3), 3, net =>
    {
        Value hint = net.AddInput("hint", new Shape(1, 1, 1, 4));
        Value seen = net.GlobalAveragePool("pool", net.ConvNorm("stem", net.Input, 8, new Window(3), ActivationKind.Silu));
        Value both = net.Concat("both", seen, net.Linear("hint_layer", hint, 8, Initializer.Normal(0.3f)));
        net.Output(net.Linear("class", both, net.Classes, Initializer.Normal(0.1f)));
        net.Output(net.Linear("box", both, 2, Initializer.Normal(0.1f)), "box");
    });

    [Test]
    public void Both_losses_of_a_two_stream_network_fall()
    {
        using Model model = Spec.On(TestDevices.Get("cpu"));
        using var training = new Training(model, new Streams(128), new Streams(40))
        {
            Batch = 16,
            Epochs = 8,
            Optimizer = new AdamW(),
            Schedule = new ConstantSchedule(0.02f),
            Losses =
            [
                new CrossEntropyLoss(),
                new ElementLoss(LossKind.SmoothL1) { Output = "box", Target = "place", Weights = "counts", Weight = 2 },
            ],
        };
        Epoch[] epochs = [.. training.Run()];
        Assert.That(epochs[^1].Test.Accuracy, Is.GreaterThan(0.9));
        Assert.That(epochs[^1].Test.Loss, Is.LessThan(0.3 * epochs[0].Test.Loss));
        var inputs = new Dictionary<string, Array> { ["input"] = new float[5 * 192], ["hint"] = new float[5 * 4] };
        Assert.That(model.Run(inputs)["output"], Has.Length.EqualTo(15));
        Assert.That(model.Run(inputs)["box"], Has.Length.EqualTo(10));
        inputs["hint"] = new float[12];
        Assert.That(() => model.Run(inputs),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("5 samples of").And.Message.Contains("got 12"));
        inputs.Remove("hint");
        Assert.That(() => model.Run(inputs),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("takes input and hint; hint is missing"));
    }

    [Test]
    public void A_sum_of_losses_is_their_weighted_sum()
    {
        using Model model = Spec.On(TestDevices.Get("cpu"));
        var samples = new Streams(24);
        Loss one = new CrossEntropyLoss(), other = new ElementLoss(LossKind.SquaredError) { Output = "box", Target = "place" };
        double Of(params Loss[] losses) => model.Evaluate(samples, 8, losses).Loss;
        Assert.That(Of(one with { Weight = 3 }, other with { Weight = 0.5f }),
            Is.EqualTo((3 * Of(one)) + (0.5 * Of(other))).Within(1e-3), "of hundreds");
    }

    [Test]
    public void Samples_that_lack_a_field_are_told()
    {
        using Model model = Spec.On(TestDevices.Get("cpu"));
        using var training = new Training(model, TinyNetwork.Samples(32, 1)) { Batch = 8 };
        Assert.That(() => training.Run().ToArray(), Throws.TypeOf<GpuNetException>().With.Message.Contains("hint"));
    }

    [Test]
    public void Samples_to_test_with_that_do_not_fit_are_told()
    {
        using Model model = TinyNetwork.Spec.On(TestDevices.Get("cpu"));
        SampleSet larger = SampleSet.Of("larger", model.Classes, new Shape(1, 16, 16, 3), new float[2 * 768], [0, 1]);
        Assert.That(() => model.Evaluate(larger), Throws.TypeOf<GpuNetException>().With.Message.Contains("take a field input"));
    }

    [Test]
    public void A_label_that_is_no_class_names_its_sample()
    {
        using Model model = TinyNetwork.Spec.On(TestDevices.Get("cpu"));
        SampleSet wrong = SampleSet.Of("wrong", [], new Shape(1, 8, 8, 3), new float[3 * 192], [0, 1, 7]);
        Assert.That(() => model.Evaluate(wrong),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("labels of sample 2: a label is a class number, 0 to 2, got 7"));
    }

    [Test]
    public void Blended_images_need_a_loss_of_both_labels()
    {
        using Model model = TinyNetwork.Spec.On(TestDevices.Get("cpu"));
        Training Of(Loss loss) => new(model, TinyNetwork.Samples(32, 1))
        {
            Batch = 8,
            Epochs = 1,
            Augmentation = new Augmentation { Mixup = 0.2f },
            Losses = [loss],
        };
        using (Training wrong = Of(new CrossEntropyLoss()))
            Assert.That(() => wrong.Run().ToArray(), Throws.TypeOf<GpuNetException>().With.Message.Contains("CrossEntropyLoss.IsMixed"));
        using Training right = Of(new CrossEntropyLoss { IsMixed = true });
        Assert.That(right.Run().Single().Loss, Is.GreaterThan(0.5));
    }

    [Test]
    public void A_network_without_scores_is_no_classifier()
    {
        using Model model = Models.Define("map", new Shape(1, 8, 8, 3), 3, net => net.Output(net.PointwiseConv("p", net.Input, 3), "map"))
            .On(TestDevices.Get("cpu"));
        Assert.That(() => model.Predict(new Image(8, 8)), Throws.TypeOf<GpuNetException>().With.Message.Contains("there are map"));
    }

    /// <summary>
    /// The class is in the hint; the place is how bright the image is, and the opposite of that, and sometimes does not count.
    /// </summary>
    private sealed class Streams(int count) : SampleSet
    {
        public override string Name => "streams";

        public override int Count => count;

        public override IReadOnlyList<SampleField> Fields { get; } =
        [
            new("input", new Shape(1, 8, 8, 3)), new("hint", new Shape(1, 1, 1, 4)),
            new("labels", new Shape(1, 1, 1, 1), ElementType.Int32),
            new("place", new Shape(1, 1, 1, 2)), new("counts", new Shape(1, 1, 1, 2)),
        ];

        public override void Read(int index, SampleDraw draw, Sample sample)
        {
            var random = new Random(index);
            int label = random.Next(3);
            sample.Integers("labels")[0] = label;
            for (int i = 0; i < 4; i++)
                sample.Floats("hint")[i] = (i == label ? 1 : 0) + (0.1f * random.NextSingle());
            float bright = random.NextSingle();
            sample.Floats("input").Fill(bright);
            sample.Floats("place")[0] = bright;
            sample.Floats("place")[1] = index % 4 == 0 ? 100 : -bright;
            sample.Floats("counts")[0] = 1;
            sample.Floats("counts")[1] = index % 4 == 0 ? 0 : 1;
        }
    }
}
