using System.Text.Json;
using GpuNet.Kernels;
using GpuNet.Tests.Golden;
using ILGPU.Runtime;
using NUnit.Framework;
using NUnit.Framework.Constraints;

namespace GpuNet.Tests.Kernels;

/// <summary>
/// The pass that every optimiser is: any length, gradients scaled, clipped and cleared, states resumed, errors. The formulas themselves are
/// held to PyTorch's values by <see cref="OptimizerGoldenTests"/>.
/// </summary>
[TestFixture, Parallelizable]
internal sealed class OptimizerStepTests
{
    /// <summary>One for every rule.</summary>
    public static IReadOnlyList<Optimizer> Optimizers { get; } =
    [
        new Sgd { Momentum = 0, Decay = 0.1f },
        new Sgd { Nesterov = true, Decay = 0.05f },
        new Adam { Decay = 0.01f },
        new AdamW { Decay = 0.1f },
        new RmsProp(),
        new RmsProp { Momentum = 0.9f, EpsilonInside = true, Epsilon = 1e-3f },
        new RmsProp { Centered = true, Epsilon = 1e-3f },
        new RmsProp { Centered = true, Momentum = 0.9f, Epsilon = 1e-3f },
        new Lion { Decay = 0.1f },
    ];

    // Every rule on the host, of every length; other devices share out threads alike whatever the rule.
    private static IEnumerable<TestCaseData> Lengths() =>
        from device in TestDevices.All
        from count in (int[])[1, 3, 4097]
        from optimizer in device.StartsWith("cpu", StringComparison.Ordinal) ? Optimizers : [Optimizers[1], Optimizers[7]]
        select new TestCaseData(device, count, optimizer);

    [TestCaseSource(nameof(Lengths))]
    public void Any_length_is_updated_as_one_element_after_another(string deviceName, int count, Optimizer optimizer)
    {
        const int Steps = 2;
        float[] start = Draw(1, count);
        float[][] gradients = [.. Enumerable.Range(2, Steps).Select(i => Draw(i, count))];
        using var run = new OptimizerRun(TestDevices.Get(deviceName), optimizer, start);
        for (int t = 0; t < Steps; t++)
            run.Step(gradients[t], Arguments(optimizer, t + 1));
        float[] actual = run.Weights.ToArray();
        // The first, some in the middle and the last, each by itself on the host: there it is a register of one lane.
        foreach (int i in (int[])[0, count / 3, count / 2, count - 1])
        {
            using var alone = new OptimizerRun(TestDevices.Get("cpu"), optimizer, start.AsSpan(i, 1));
            for (int t = 0; t < Steps; t++)
                alone.Step(gradients[t].AsSpan(i, 1), Arguments(optimizer, t + 1));
            Assert.That(actual[i], Is.EqualTo(alone.Weights.ToArray()[0]).Within(2e-6), $"element {i} of {count}");
        }
        Assert.That(run.Gradients.ToArray(), Is.All.Zero);
        Assert.That(run.States.SelectMany(s => s.ToArray()), Is.All.Not.NaN);
    }

    [Test]
    public void Sgd_on_the_host_keeps_its_order_of_additions()
    {
        // Checkpoints are resumed bit for bit, also those that were written before; compare with the formula, fused as the host fuses.
        const int Count = 37, Steps = 3;
        const float Rate = 0.1f, Decay = 0.05f, Momentum = 0.9f;
        float[] weights = Draw(1, Count), momentum = new float[Count];
        using var run = new OptimizerRun(TestDevices.Get("cpu"), new Sgd { Nesterov = true }, weights);
        for (int t = 0; t < Steps; t++)
        {
            float[] gradient = Draw(t + 2, Count);
            run.Step(gradient, new OptimizerArguments { LearningRate = Rate, Decay = Decay, Step = t + 1 });
            for (int i = 0; i < Count; i++)
            {
                float g = float.MultiplyAddEstimate(Decay, weights[i], gradient[i]);
                momentum[i] = float.MultiplyAddEstimate(Momentum, momentum[i], g);
                weights[i] = float.MultiplyAddEstimate(-Rate, float.MultiplyAddEstimate(1, g, Momentum * momentum[i]), weights[i]);
            }
        }
        Assert.That(run.Weights.ToArray(), Is.EqualTo(weights));
        Assert.That(run.States[0].ToArray(), Is.EqualTo(momentum));
    }

    [Test]
    public void States_set_again_go_on_with_the_same_bits(
        [ValueSource(nameof(Optimizers))] Optimizer optimizer, [Values("cpu", "ptx 80")] string deviceName)
    {
        const int Count = 21;
        Device device = TestDevices.Get(deviceName);
        using var through = new OptimizerRun(device, optimizer, Draw(1, Count));
        for (int t = 1; t <= 3; t++)
            through.Step(Draw(t + 1, Count), Arguments(optimizer, t));
        using var resumed = new OptimizerRun(device, optimizer, through.Weights.ToArray());
        for (int i = 0; i < resumed.States.Length; i++)
            resumed.States[i].Upload(through.States[i].ToArray());
        foreach (OptimizerRun run in (OptimizerRun[])[through, resumed])
        {
            for (int t = 4; t <= 5; t++)
                run.Step(Draw(t + 1, Count), Arguments(optimizer, t));
        }
        Assert.That(resumed.Weights.ToArray(), Is.EqualTo(through.Weights.ToArray()));
    }

    [Test]
    public void A_variance_that_rounding_takes_below_zero_counts_as_zero([Values("cpu", "ptx 80")] string deviceName)
    {
        // Gradients that stay the same have no variance in the end; here float32 leaves some 1e-8 of their square, below 0 for eight of
        // them.
        var optimizer = new RmsProp { Centered = true, Alpha = 0.8f, Epsilon = 1 };
        float[] gradients = [.. Enumerable.Range(1, 32).Select(i => i * 0.1f)];
        using var run = new OptimizerRun(TestDevices.Get(deviceName), optimizer, new float[32]);
        for (int t = 1; t <= 120; t++)
            run.Step(gradients, new OptimizerArguments { LearningRate = 0, Step = t });
        run.Step(gradients, new OptimizerArguments { LearningRate = 1, Step = 121 });
        Assert.That(run.Weights.ToArray(), Is.EqualTo(gradients.Select(g => -g)).Within(0.01));
    }

    [Test]
    public void Gradients_are_scaled_then_clipped([ValueSource(typeof(TestDevices), nameof(TestDevices.All))] string deviceName)
    {
        using var run = new OptimizerRun(TestDevices.Get(deviceName), new Sgd { Momentum = 0 }, new float[6]);
        run.Step([1, -1, 3, -3, 8, float.MaxValue], new OptimizerArguments
        {
            LearningRate = 1,
            GradientScale = 0.5f,
            ClipValue = 1.25f,
            ClearGradient = false,
        });
        Assert.That(run.Weights.ToArray(), Is.EqualTo((float[])[-0.5f, 0.5f, -1.25f, 1.25f, -1.25f, -1.25f]));
        Assert.That(run.Gradients.ToArray(), Is.EqualTo((float[])[1, -1, 3, -3, 8, float.MaxValue]));
    }

    [Test]
    public void What_is_not_a_number_stays_so_under_clipping(
        [ValueSource(nameof(Optimizers))] Optimizer optimizer, [Values("cpu", "ptx 80")] string deviceName)
    {
        Device device = TestDevices.Get(deviceName);
        using var run = new OptimizerRun(device, optimizer, new float[5]);
        // Uploads refuse what is not a number.
        float[] gradients = [0, 0, float.NaN, 0, 0];
        if (device.IsHost)
            gradients.CopyTo(run.Gradients.Span);
        else
            run.Gradients.View.CopyFromCPU(device.Stream, gradients);
        OptimizerStep.Bind(device, optimizer)
            .Run(run.Weights, run.Gradients, run.States, Arguments(optimizer, 1) with { ClipValue = 1 });
        Assert.That(run.Weights.ToArray().Select(float.IsNaN), Is.EqualTo((bool[])[false, false, true, false, false]));
    }

    [Test]
    public void Neighbouring_ranges_are_left_alone([ValueSource(typeof(TestDevices), nameof(TestDevices.All))] string deviceName)
    {
        Device device = TestDevices.Get(deviceName);
        long third = Arena.Align(4 * 100);
        using Arena arena = Unwritten.Arena(device, 3 * third);
        arena.Clear();
        Tensor At(int which, int count) => arena.At(which * third, Shape.Vector(count));
        float[] ones = [.. Enumerable.Repeat(1f, 100)];
        At(0, 100).Upload(ones);
        At(1, 100).Upload(ones);
        OptimizerStep.Bind(device, new Sgd()).Run(At(0, 37), At(1, 37), [At(2, 37)], new OptimizerArguments { LearningRate = 1 });
        Assert.That(At(0, 100).ToArray(), Is.EqualTo(ones.Select((_, i) => i < 37 ? 0f : 1f)));
        Assert.That(At(1, 100).ToArray(), Is.EqualTo(ones.Select((_, i) => i < 37 ? 0f : 1f)));
        Assert.That(At(2, 100).ToArray(), Is.EqualTo(ones.Select((_, i) => i < 37 ? 1f : 0f)));
    }

    [Test]
    public void Unequal_counts_missing_states_and_step_zero_are_refused()
    {
        Device device = TestDevices.Get("cpu");
        using Arena arena = Unwritten.Arena(device, 3 * Arena.Alignment);
        Tensor At(int third, int count) => arena.At(third * Arena.Alignment, Shape.Vector(count));
        OptimizerStep step = OptimizerStep.Bind(device, new Sgd());
        var arguments = new OptimizerArguments();
        Assert.That(() => step.Run(At(0, 5), At(1, 6), [At(2, 5)], arguments), Refuses("as many elements"));
        Assert.That(() => step.Run(At(0, 5), At(1, 5), [At(2, 6)], arguments), Refuses("for momentum"));
        Assert.That(() => step.Run(At(0, 5), At(1, 5), [], arguments), Refuses("expected 1 states, got 0"));
        Assert.That(() => step.Run(At(0, 5), At(1, 5), [At(2, 5)], arguments with { Step = 0 }), Refuses("count from 1"));
    }

    private static IEnumerable<TestCaseData> OutOfRange() =>
    [
        new(new Sgd { Momentum = 1 }, "Sgd: Momentum is from 0 to below 1, got 1."),
        new(new Sgd { Dampening = -0.1f }, "Sgd: Dampening is from 0 to below 1, got -0.1."),
        new(new Sgd { Nesterov = true, Momentum = 0 },
            "Sgd: Nesterov is for momentum above 0 without dampening, got momentum 0 and dampening 0."),
        new(new Sgd { Nesterov = true, Dampening = 0.5f }, "Sgd: Nesterov is"),
        new(new Sgd { Decay = -1 }, "Sgd: Decay is 0 or more, got -1."),
        new(new Adam { Beta1 = float.NaN }, "Adam: Beta1 is from 0 to below 1, got NaN."),
        new(new Adam { Beta2 = 1 }, "Adam: Beta2"),
        new(new AdamW { Epsilon = 0 }, "AdamW: Epsilon is above 0, got 0."),
        new(new RmsProp { Alpha = 2 }, "RmsProp: Alpha"),
        new(new Lion { Beta2 = -1 }, "Lion: Beta2"),
        new(new Lion { LayerDecay = 0 }, "Lion: LayerDecay is above 0 and at most 1, got 0."),
        new(new Lion { ClipNorm = -1 }, "Lion: ClipNorm is 0 (off) or more, got -1."),
        new(new Lion { ClipValue = float.PositiveInfinity }, "Lion: ClipValue"),
    ];

    [TestCaseSource(nameof(OutOfRange))]
    public void Settings_out_of_range_are_refused(Optimizer optimizer, string message) =>
        Assert.That(optimizer.Validate, Refuses(message));

    [Test]
    public void Names_are_parsed_and_written_as_kind()
    {
        var json = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        };
        foreach (string name in Optimizer.Names)
        {
            Optimizer optimizer = Optimizer.Parse(name) with
            {
                Decay = 0.125f,
                LayerDecay = 0.5f,
                ClipNorm = 2,
                DecayBiasesAndNorms = true,
            };
            optimizer.Validate();
            string text = JsonSerializer.Serialize(optimizer, json);
            Assert.That(text, Does.StartWith($"{{\"kind\":\"{name}\"").And.Contain("\"layer_decay\":0.5"));
            Assert.That(JsonSerializer.Deserialize<Optimizer>(text, json), Is.EqualTo(optimizer));
        }
        foreach (Optimizer optimizer in Optimizers)
            Assert.That(JsonSerializer.Deserialize<Optimizer>(JsonSerializer.Serialize(optimizer, json), json), Is.EqualTo(optimizer));
        Assert.That(() => Optimizer.Parse("sdg"), Refuses("There is no optimiser sdg; there are sgd, adam, adamw, rmsprop, lion."));
        Assert.That(Optimizer.Parse("adamw"), Is.EqualTo(new AdamW { Decay = 0.01f, DecayBiasesAndNorms = false }));
    }

    private static ContainsConstraint Refuses(string message) =>
        Throws.TypeOf<GpuNetException>().With.Message.Contains(message);

    private static OptimizerArguments Arguments(Optimizer optimizer, int step) =>
        new() { LearningRate = 0.1f / step, Decay = optimizer.Decay, Step = step };

    private static float[] Draw(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2) - 1))];
    }
}
