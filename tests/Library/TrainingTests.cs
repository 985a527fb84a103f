using System.Text.Json;
using GpuNet.Tests.Data;
using NUnit.Framework;

namespace GpuNet.Tests.Library;

[TestFixture, Parallelizable]
internal sealed class TrainingTests
{
    private const int StepsPerEpoch = 4, Epochs = 3;

    private static readonly Optimizer[] Optimizers =
    [
        new Sgd { Momentum = 0.9f, Nesterov = true, Decay = 1e-3f }, new Adam(), new AdamW { LayerDecay = 0.9f },
        new RmsProp { Momentum = 0.9f, Centered = true }, new Lion { ClipNorm = 1 },
    ];

    [Test]
    public void A_run_learns_and_leaves_its_files()
    {
        using var folder = new TempFolder();
        using Model model = New();
        using var training = new Training(model, TinyNetwork.Samples(192, 1), TinyNetwork.Samples(60, 2))
        {
            Batch = 16,
            Epochs = 6,
            Schedule = new OneCycleSchedule(0.1f),
            Folder = folder.File("run"),
            AverageDecay = 0.9f,
        };
        var steps = new List<StepProgress>();
        training.StepDone += steps.Add;
        Epoch[] epochs = [.. training.Run()];
        Assert.That(epochs.Select(e => e.Number), Is.EqualTo(Enumerable.Range(1, 6)));
        Assert.That(epochs[^1].Test.Accuracy, Is.GreaterThan(0.9));
        Assert.That(epochs.All(e => e.Average is not null));
        Assert.That(epochs[^1].Loss, Is.LessThan(epochs[0].Loss));
        Assert.That(steps, Has.Count.EqualTo(72));
        Assert.That((steps[^1].Step, steps[^1].Steps, steps[^1].Epoch), Is.EqualTo((12, 12, 6)));
        Assert.That(Directory.GetFiles(folder.File("run")).Select(Path.GetFileName).Order(),
            Is.EqualTo(new[] { "metrics.json", "model.safetensors", "training.safetensors", "training.svg" }));
        using JsonDocument metrics = JsonDocument.Parse(File.ReadAllText(folder.File("run/metrics.json")));
        Assert.That(metrics.RootElement.GetProperty("test_accuracy").GetDouble(), Is.EqualTo(epochs[^1].Test.Accuracy));
        // The best model, which may be an averaged one.
        Epoch best = epochs.Last(e => e.IsBest);
        using Model opened = Model.Open(folder.File("run"), TestDevices.Get("cpu"), TinyNetwork.Define);
        Assert.That(opened.Evaluate(TinyNetwork.Samples(60, 2)).Accuracy,
            Is.EqualTo(Math.Max(best.Test.Accuracy, best.Average!.Accuracy)).Within(1e-9));
    }

    // Four random steps for each of the five: some are stopped, which saves; some die, and go on from the epoch before.
    [Test]
    public void A_run_that_is_stopped_or_dies_anywhere_ends_with_the_same_bits(
        [ValueSource(nameof(Optimizers))] Optimizer optimizer, [Values] bool dies)
    {
        using var folder = new TempFolder();
        byte[] expected = Weights(folder.File("straight"), optimizer);
        var random = new Random(optimizer.GetType().Name.Length + (dies ? 1 : 0));
        for (int round = 0; round < 20; round++)
        {
            string run = folder.File($"run{round}");
            int at = random.Next(1, (Epochs * StepsPerEpoch) + 1);
            using (Training first = New(New(), run, optimizer))
            {
                using var stop = new CancellationTokenSource();
                first.StepDone += _ =>
                {
                    if (first.Steps == at)
                        Interrupt(stop, dies);
                };
                if (dies)
                    Assert.Throws<InvalidOperationException>(() => _ = first.Run(stop.Token).ToArray());
                else
                    Assert.Throws<OperationCanceledException>(() => _ = first.Run(stop.Token).ToArray());
            }
            using Training second = New(New(seed: 77), run, optimizer, resume: true);
            Assert.That(second.Run().Count(), Is.InRange(1, Epochs));
            Assert.That(File.ReadAllBytes(Path.Combine(run, "weights")), Is.EqualTo(expected), $"stopped at step {at}");
        }

        static void Interrupt(CancellationTokenSource stop, bool dies)
        {
            if (dies)
                throw new InvalidOperationException("killed");
            stop.Cancel();
        }
    }

    [Test]
    public void Another_recipe_network_or_frozen_part_is_no_resumption()
    {
        using var folder = new TempFolder();
        string run = folder.File("run");
        Weights(run, Optimizers[0]);
        RequireError(() => New(New(), run, Optimizers[0]), "holds a run already");
        RequireError(() => New(New(), run, Optimizers[1], resume: true), "another recipe");
        Model frozen = New();
        frozen.Freeze("stem");
        RequireError(() => New(frozen, run, Optimizers[0], resume: true), "other frozen parameters");
        var other = new Model(TinyNetwork.Spec with { Classes = 5 }, TestDevices.Get("cpu"));
        RequireError(() => New(other, run, Optimizers[0], resume: true), "another network or variant");
    }

    [Test]
    public void Frozen_parts_stay_bit_by_bit_and_take_no_memory()
    {
        using Model model = New(), before = New(), whole = New();
        model.Freeze("stem", "body");
        using Training training = New(model, null, Optimizers[0]), all = New(whole, null, Optimizers[0]);
        Assert.That(training.Run().Count(), Is.EqualTo(Epochs));
        foreach (string name in model.Parameters.Names)
        {
            Assert.That(model.Parameters[name].ToArray().SequenceEqual(before.Parameters[name].ToArray()),
                Is.EqualTo(!name.StartsWith("classifier", StringComparison.Ordinal)), name);
        }
        all.Start();
        Assert.That(training.PlanBytes, Is.LessThan(0.6 * all.PlanBytes));
        Assert.That(model.Parameters.Gradient("stem.0.weight").IsNone);
    }

    [Test]
    public void A_run_with_other_losses_is_no_resumption()
    {
        using var folder = new TempFolder();
        Training Of(Loss loss, bool resume) => new(New(), TinyNetwork.Samples(32, 1))
        {
            Batch = 8,
            Epochs = 1,
            Losses = [loss],
            Folder = folder.File("run"),
            Resume = resume,
        };
        using (Training first = Of(new CrossEntropyLoss(), false))
            Assert.That(first.Run().Count(), Is.EqualTo(1));
        RequireError(() => Of(new CrossEntropyLoss { Smoothing = 0.1f }, true), "other losses");
    }

    [Test]
    public void The_memory_of_gradients_comes_back()
    {
        using Model model = New();
        using (Training training = New(model, null, Optimizers[0]))
        {
            training.Start();
            Assert.That(model.Parameters.HasGradients);
        }
        Assert.That(model.Parameters.HasGradients, Is.False);
    }

    [Test]
    public void A_run_without_progress_ends_early()
    {
        using Model model = New();
        using var training = new Training(model, TinyNetwork.Samples(64, 1), TinyNetwork.Samples(30, 2))
        {
            Batch = 16,
            Epochs = 50,
            Patience = 3,
            Schedule = new ConstantSchedule(1e-12f),
        };
        Assert.That(training.Run().Count(), Is.LessThan(50));
        Assert.That(training.History.Count - training.History.Last(e => e.IsBest).Number, Is.EqualTo(3));
    }

    [Test]
    public void A_run_that_diverges_says_so_and_keeps_what_was_saved()
    {
        using var folder = new TempFolder();
        using Model model = New();
        using var training = new Training(model, TinyNetwork.Samples(64, 1), TinyNetwork.Samples(30, 2))
        {
            Batch = 16,
            Epochs = 4,
            Schedule = new MultiStepSchedule(1e-3f) { Milestones = [0.25f], Factor = 1e30f },
            Folder = folder.File("run"),
        };
        Assert.That(() => training.Run().ToArray(), Throws.TypeOf<GpuNetException>().With.Message.Contains("lower learning rate"));
        using Model kept = Model.Open(folder.File("run"), TestDevices.Get("cpu"), TinyNetwork.Define);
        Assert.That(double.IsFinite(kept.Evaluate(TinyNetwork.Samples(30, 2)).Loss));
    }

    [Test]
    public void Prediction_goes_on_while_a_model_learns()
    {
        using Model model = New();
        using Training training = New(model, null, Optimizers[1]);
        using var stop = new CancellationTokenSource();
        int passes = 0;
        Task predict = Task.Run(() =>
        {
            var input = new Dictionary<string, Array> { ["input"] = new float[TinyNetwork.Side * TinyNetwork.Side * 3] };
            while (!stop.IsCancellationRequested)
            {
                Assert.That(model.Run(input)["output"].All(float.IsFinite));
                passes++;
            }
        });
        Assert.That(training.Run().Count(), Is.EqualTo(Epochs));
        stop.Cancel();
        predict.Wait();
        Assert.That(passes, Is.Positive);
    }

    [Test]
    public void Options_out_of_range_are_told()
    {
        SampleSet samples = TinyNetwork.Samples(20, 1);
        RequireError(() => new Training(New(), samples) { Batch = 32 }, "a step takes 32 samples; there are 20");
        RequireError(() => new Training(New(), samples) { Batch = 8, Accumulate = 3 }, "a step takes 24 samples");
        RequireError(() => new Training(New(), samples) { Batch = 0 }, "Batch: expected at least 1, got 0");
        RequireError(() => new Training(New(), samples) { Batch = 8, AverageDecay = 1 }, "AverageDecay");
        RequireError(
            () => new Training(New(), samples) { Batch = 8, Losses = [new CrossEntropyLoss { Output = "mask" }] }, "no output mask");
    }

    private static Model New(int seed = 1) => TinyNetwork.Spec.On(TestDevices.Get("cpu"), seed);

    private static Training New(Model model, string? folder, Optimizer optimizer, bool resume = false)
    {
        var training = new Training(model, TinyNetwork.Samples((StepsPerEpoch * 8) + 3, 1), TinyNetwork.Samples(10, 2))
        {
            Batch = 4,
            Accumulate = 2,
            Epochs = Epochs,
            Optimizer = optimizer,
            Schedule = new CosineSchedule(0.01f).WithWarmUp(0.2f),
            AverageDecay = 0.9f,
            Folder = folder,
            Resume = resume,
        };
        // What the run ends with, averages included.
        training.EpochDone += e =>
        {
            if (e.Number == Epochs && folder is not null)
                File.WriteAllBytes(Path.Combine(folder, "weights"), [.. States(folder)]);
        };
        return training;
    }

    private static byte[] Weights(string folder, Optimizer optimizer)
    {
        using Model model = New();
        using Training training = New(model, folder, optimizer);
        _ = training.Run().Count();
        return File.ReadAllBytes(Path.Combine(folder, "weights"));
    }

    private static IEnumerable<byte> States(string folder)
    {
        using SafetensorsFile file = SafetensorsFile.Read(Path.Combine(folder, "training.safetensors"));
        return [.. file.Tensors.Select(t => t.Name).Order(StringComparer.Ordinal)
            .SelectMany(n => file.ReadFloats(n).SelectMany(BitConverter.GetBytes))];
    }

    private static void RequireError(Func<Training> make, params string[] parts)
    {
        using Training training = make();
        GpuNetException error = Assert.Throws<GpuNetException>(() => _ = training.Run().ToArray())!;
        foreach (string part in parts)
            Assert.That(error.Message, Does.Contain(part));
    }
}
