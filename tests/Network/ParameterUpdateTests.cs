using GpuNet.Kernels;
using GpuNet.Tests.Golden;
using NUnit.Framework;

namespace GpuNet.Tests.Network;

/// <summary>Optimisers at work on a network's parameters: which are treated alike, clipping by norm, accumulation, resuming.</summary>
[TestFixture, Parallelizable]
internal sealed class ParameterUpdateTests
{
    // Each parameter's value after one step of plain gradient descent is minus what its gradient, 1, was multiplied by.
    private static readonly Sgd Plain = new() { Momentum = 0 };

    [Test]
    public void Biases_and_norms_decay_only_if_asked([Values("cpu", "ptx 80")] string device, [Values] bool all)
    {
        Dictionary<string, float> moved = Step(
            TestDevices.Get(device), Plain with { Decay = 0.5f, DecayBiasesAndNorms = all }, start: 2, gradient: 0);
        foreach ((string name, float value) in moved)
        {
            bool decays = all || name is "features.0.0.weight" or "features.1.0.weight" or "classifier.weight";
            Assert.That(value, Is.EqualTo(decays ? 1f : 2f), name);
        }
    }

    [Test]
    public void Each_layer_before_the_last_has_a_smaller_rate([Values("cpu", "ptx 80")] string device)
    {
        Dictionary<string, float> moved = Step(TestDevices.Get(device), Plain with { LayerDecay = 0.5f });
        Assert.That(moved, Has.Count.EqualTo(8));
        foreach ((string name, float value) in moved)
        {
            float factor = name.StartsWith("features.0.", StringComparison.Ordinal) ? 0.25f
                : name.StartsWith("features.1.", StringComparison.Ordinal) ? 0.5f : 1f;
            Assert.That(value, Is.EqualTo(-factor), name);
        }
    }

    [Test]
    public void Frozen_parameters_and_their_gradients_stay_and_count_in_no_norm()
    {
        using ParameterStore parameters = Parameters(TestDevices.Get("cpu"));
        using var update = new ParameterUpdate(parameters, new Sgd(), n => n.StartsWith("features", StringComparison.Ordinal))
        {
            MeasuresNorm = true,
        };
        Fill(parameters, 0, 1);
        update.Step(1);
        foreach (string name in parameters.Names.Where(n => parameters.Spec(n).IsTrained))
        {
            bool frozen = name.StartsWith("features", StringComparison.Ordinal);
            Assert.That(parameters[name].ToArray(), Is.All.EqualTo(frozen ? 0f : -1f), name);
            Assert.That(parameters.Gradient(name).ToArray(), Is.All.EqualTo(frozen ? 1f : 0f), name);
        }
        // 6 · 3 weights and 3 biases.
        Assert.That(update.LastGradientNorm, Is.EqualTo(MathF.Sqrt(21)).Within(1e-6));
        Assert.That(update.Passes, Is.EqualTo(2), "classifier's weight and bias, with features' norms between them");
    }

    [Test]
    public void Factors_take_the_place_of_the_rules()
    {
        Dictionary<string, float> moved = Step(TestDevices.Get("cpu"), Plain with { Decay = 0.5f, DecayBiasesAndNorms = false }, null,
            (name, spec) => name switch
            {
                "classifier.bias" => (0.5f, 2f),
                "classifier.weight" => (2f, 0f),
                _ when spec.Kind == ParameterKind.Norm => (0f, 1f),
                _ => null,
            }, start: 1, gradient: 1);
        Assert.That(moved["classifier.bias"], Is.EqualTo(1 - (0.5f * (1 + 1))));
        Assert.That(moved["classifier.weight"], Is.EqualTo(1 - 2f));
        Assert.That(moved["features.0.1.weight"], Is.EqualTo(1f));
        Assert.That(moved["features.0.0.weight"], Is.EqualTo(1 - 1.5f));
        Assert.That(() => Step(TestDevices.Get("cpu"), Plain, null, (_, _) => (-1, 1)),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("got -1 for the rate"));
    }

    [Test]
    public void Alike_neighbours_take_one_pass()
    {
        using ParameterStore parameters = Parameters(TestDevices.Get("cpu"));
        int Passes(Optimizer optimizer)
        {
            using var update = new ParameterUpdate(parameters, optimizer);
            return update.Passes;
        }

        Assert.That(Passes(new Sgd { Decay = 0.1f }), Is.EqualTo(1));
        Assert.That(Passes(new AdamW()), Is.EqualTo(2));
        // Weights of three layers, then norms of two and a bias.
        Assert.That(Passes(new AdamW { LayerDecay = 0.5f }), Is.EqualTo(6));
        using var without = new ParameterStore(Network(4), TestDevices.Get("cpu"), withGradients: false);
        Assert.That(() => new ParameterUpdate(without, new Sgd()),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("with gradients"));
    }

    [Test]
    public void Clipping_by_norm_matches_PyTorch(
        [Values("clip_norm", "clip_norm_not_reached")] string name,
        [ValueSource(typeof(TestDevices), nameof(TestDevices.All))] string device)
    {
        using var golden = new GoldenFile("optimizers");
        float most = golden.Settings(name).GetProperty("max_norm").GetSingle();
        using ParameterStore parameters = Linear(TestDevices.Get(device));
        using var update = new ParameterUpdate(parameters, Plain with { ClipNorm = most });
        foreach (float scale in (float[])[1, 0.25f])
        {
            Fill(parameters, 0, 0);
            foreach (string which in (string[])["weight", "bias"])
                parameters.Gradient("fc." + which).Upload([.. golden.Floats($"{name}.{which}").Select(g => g / scale)]);
            update.Step(1, scale);
            Assert.That(update.LastGradientNorm, Is.EqualTo(golden.Settings(name).GetProperty("norm").GetSingle()).Within(2e-6));
            foreach (string which in (string[])["weight", "bias"])
            {
                Assert.That(parameters["fc." + which].ToArray().Select(v => -v),
                    Is.EqualTo(golden.Floats($"{name}.{which}_clipped")).Within(1e-6), which);
            }
        }
    }

    [Test]
    public void A_norm_that_is_no_number_stops_the_step()
    {
        using ParameterStore parameters = Linear(TestDevices.Get("cpu"));
        using var update = new ParameterUpdate(parameters, new AdamW { ClipNorm = 1 });
        Fill(parameters, 3, 1);
        parameters.Gradient("fc.bias").Span[2] = float.NaN;
        Assert.That(() => update.Step(1),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("the norm of the gradients of step 1 is NaN"));
        Assert.That(update.Steps, Is.Zero);
        Assert.That(parameters["fc.weight"].ToArray(), Is.All.EqualTo(3f));
    }

    [Test]
    public void Quarters_of_a_batch_add_up_to_the_whole([Values("cpu", "ptx 80")] string deviceName)
    {
        const int Batch = 8;
        Device device = TestDevices.Get(deviceName);
        float[] images = Noise(Batch * 4 * 4 * 3);
        int[] labels = [.. Enumerable.Range(0, Batch).Select(i => i % 3)];
        float[][] Train(int parts)
        {
            int batch = Batch / parts;
            Graph graph = WithoutNorm(batch);
            using var parameters = new ParameterStore(graph, device, withGradients: true);
            parameters.Initialize(3);
            using var plan = new Plan(graph, parameters, PlanMode.Training);
            using var update = new ParameterUpdate(parameters, new Sgd { ClipNorm = 0.05f, Decay = 1e-3f });
            for (int step = 0; step < 2; step++)
            {
                for (int part = 0; part < parts; part++)
                {
                    plan.Input("input").Upload(images.AsSpan(part * batch * 48, batch * 48));
                    plan.Input("labels").Upload(labels.AsSpan(part * batch, batch));
                    plan.Forward();
                    plan.Backward();
                }
                update.Step(0.5f, 1f / parts);
            }
            Assert.That(update.LastGradientNorm, Is.GreaterThan(0.05f), "so that clipping shows");
            return [.. parameters.Names.Select(n => parameters[n].ToArray())];
        }

        float[][] whole = Train(1), quarters = Train(4);
        for (int i = 0; i < whole.Length; i++)
            Assert.That(quarters[i], Is.EqualTo(whole[i]).Within(1e-6));
    }

    [Test]
    public void A_resumed_run_has_the_same_bits(
        [ValueSource(typeof(OptimizerNames), nameof(OptimizerNames.All))] string name, [Values("cpu", "cpu, 1 thread")] string deviceName)
    {
        Device device = TestDevices.Get(deviceName);
        Optimizer optimizer = Optimizer.Parse(name) with { Decay = 0.01f, LayerDecay = 0.9f, ClipNorm = 5 };
        using ParameterStore first = Parameters(device), second = Parameters(device);
        using var through = new ParameterUpdate(first, optimizer);
        first.Initialize(1);
        void Train(ParameterUpdate update, ParameterStore parameters, int from, int to)
        {
            for (int step = from; step < to; step++)
            {
                foreach (string parameter in parameters.Names.Where(n => parameters.Spec(n).IsTrained))
                {
                    Tensor gradient = parameters.Gradient(parameter);
                    gradient.Upload(Noise((int)gradient.Shape.Elements, step));
                }
                update.Step(0.01f);
            }
        }

        Train(through, first, 0, 3);
        using var resumed = new ParameterUpdate(second, optimizer) { Steps = through.Steps };
        foreach ((string state, Tensor values) in through.States)
            resumed.States[state].Upload(values.ToArray(), state);
        foreach (string parameter in first.Names)
            second[parameter].Upload(first[parameter].ToArray(), parameter);
        Train(through, first, 3, 5);
        Train(resumed, second, 3, 5);
        foreach (string parameter in first.Names)
            Assert.That(second[parameter].ToArray(), Is.EqualTo(first[parameter].ToArray()), parameter);
    }

    [Test]
    public void States_have_names_and_first_values()
    {
        using ParameterStore parameters = Parameters(TestDevices.Get("cpu"));
        string[] Names(Optimizer optimizer)
        {
            using var update = new ParameterUpdate(parameters, optimizer);
            return
            [
                .. update.States.Select(
                    s => $"{s.Key} {s.Value.ToArray().Distinct().Single()} {s.Value.Shape.Bytes == parameters.TrainedBytes}"),
            ];
        }

        Assert.That(Names(new Sgd()), Is.EqualTo((string[])["momentum 0 True"]));
        Assert.That(Names(new Sgd { Momentum = 0 }), Is.Empty);
        Assert.That(Names(new AdamW()), Is.EqualTo((string[])["mean 0 True", "variance 0 True"]));
        Assert.That(Names(new RmsProp { EpsilonInside = true, Momentum = 0.9f, Centered = true }),
            Is.EqualTo((string[])["square 1 True", "momentum 0 True", "mean 0 True"]));
    }

    [Test]
    public void A_steady_step_allocates_nothing()
    {
        using ParameterStore parameters = Parameters(TestDevices.Get("cpu"));
        using var update = new ParameterUpdate(parameters, new AdamW { ClipNorm = 1, LayerDecay = 0.5f });
        update.Step(0.1f);
        long before = GC.GetAllocatedBytesForCurrentThread();
        update.Step(0.1f);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static Dictionary<string, float> Step(
        Device device,
        Optimizer optimizer,
        Func<string, bool>? frozen = null,
        Func<string, ParameterSpec, (float RateFactor, float DecayFactor)?>? factors = null,
        float start = 0,
        float gradient = 1)
    {
        using ParameterStore parameters = Parameters(device);
        using var update = new ParameterUpdate(parameters, optimizer, frozen, factors);
        Fill(parameters, start, gradient);
        update.Step(1);
        return parameters.Names.Where(n => parameters.Spec(n).IsTrained)
            .ToDictionary(n => n, n => parameters[n].ToArray().Distinct().Single());
    }

    private static void Fill(ParameterStore parameters, float value, float gradient)
    {
        foreach (string name in parameters.Names.Where(n => parameters.Spec(n).IsTrained))
        {
            Tensor tensor = parameters[name];
            tensor.Upload([.. Enumerable.Repeat(value, (int)tensor.Shape.Elements)]);
            parameters.Gradient(name).Upload([.. Enumerable.Repeat(gradient, (int)tensor.Shape.Elements)]);
        }
    }

    private static ParameterStore Parameters(Device device) => new(Network(4), device, withGradients: true);

    private static Graph Network(int channels)
    {
        var net = new NetworkBuilder(new Shape(2, 4, 4, 3));
        Value x = net.ConvNorm("features.0", net.Input, channels, new Window(3), ActivationKind.Relu);
        x = net.ConvNorm("features.1", x, 6, new Window(1), ActivationKind.Relu);
        net.CrossEntropyLoss(net.Linear("classifier", net.GlobalAveragePool("pool", x), 3, Initializer.Normal(0.5f)));
        return net.Graph;
    }

    private static Graph WithoutNorm(int batch)
    {
        var net = new NetworkBuilder(new Shape(batch, 4, 4, 3));
        Value x = net.Activation("relu", net.Conv("conv", net.Input, 5, new Window(3), 1, true), ActivationKind.Silu);
        net.CrossEntropyLoss(net.Linear("classifier", net.GlobalAveragePool("pool", x), 3, Initializer.Normal(0.5f)));
        return net.Graph;
    }

    private static ParameterStore Linear(Device device)
    {
        var net = new NetworkBuilder(new Shape(2, 1, 1, 5));
        net.CrossEntropyLoss(net.Linear("fc", net.Input, 7, Initializer.Zeros));
        return new ParameterStore(net.Graph, device, withGradients: true);
    }

    private static float[] Noise(int count, int seed = 5)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2) - 1))];
    }
}

/// <summary>The optimisers' names, for tests.</summary>
internal static class OptimizerNames
{
    public static IReadOnlyList<string> All => Optimizer.Names;
}
