using System.Text.Json;
using GpuNet.Kernels;
using NUnit.Framework;

namespace GpuNet.Tests.Golden;

/// <summary>Ten steps of every optimiser against PyTorch, and what torch does not have against NumPy, on every device.</summary>
[TestFixture, Parallelizable]
internal sealed class OptimizerGoldenTests
{
    [Test]
    public void Ten_steps_match(
        [ValueSource(nameof(OptimizerCases))] string name, [ValueSource(typeof(TestDevices), nameof(TestDevices.All))] string deviceName)
    {
        using var golden = new GoldenFile("optimizers");
        JsonElement s = golden.Settings(name);
        float[] parameters = golden.Floats(name + ".parameters"), gradients = golden.Floats(name + ".gradients");
        float[] after = golden.Floats(name + ".parameters_after");
        float[] rates = [.. s.GetProperty("learning_rates").EnumerateArray().Select(r => r.GetSingle())];
        Optimizer optimizer = Optimizer(s);
        using var run = new OptimizerRun(TestDevices.Get(deviceName), optimizer, parameters);
        for (int step = 0; step < rates.Length; step++)
        {
            run.Step(gradients.AsSpan(step * parameters.Length, parameters.Length),
                new OptimizerArguments { LearningRate = rates[step], Decay = optimizer.Decay, Step = step + 1 });
            float[] expected = after[(step * parameters.Length)..((step + 1) * parameters.Length)];
            // Adam's and RMSprop's first steps divide a gradient by about itself: errors of a few epsilons of a rate of 0.1 to 1.
            Assert.That(run.Weights.ToArray(), Is.EqualTo(expected).Within(1e-6 * (step + 1)), $"step {step}");
            Assert.That(run.Gradients.ToArray(), Is.All.Zero);
        }
    }

    private static IEnumerable<string> OptimizerCases()
    {
        using var golden = new GoldenFile("optimizers");
        return [.. golden.Cases.Where(c => golden.Settings(c).TryGetProperty("optimizer", out _))];
    }

    private static Optimizer Optimizer(JsonElement s)
    {
        float Number(string name, float fallback) => s.TryGetProperty(name, out JsonElement value) ? value.GetSingle() : fallback;
        float Beta(int index, float fallback) => s.TryGetProperty("betas", out JsonElement value) ? value[index].GetSingle() : fallback;
        bool Flag(string name) => s.TryGetProperty(name, out JsonElement value) && value.GetBoolean();
        float decay = Number("weight_decay", 0);
        return s.GetProperty("optimizer").GetString() switch
        {
            "sgd" => new Sgd
            {
                Momentum = Number("momentum", 0),
                Nesterov = Flag("nesterov"),
                Dampening = Number("dampening", 0),
                Decay = decay,
            },
            "adam" => new Adam { Beta1 = Beta(0, 0.9f), Beta2 = Beta(1, 0.999f), Epsilon = Number("eps", 1e-8f), Decay = decay },
            "adamw" => new AdamW { Beta1 = Beta(0, 0.9f), Beta2 = Beta(1, 0.999f), Epsilon = Number("eps", 1e-8f), Decay = decay },
            "lion" => new Lion { Beta1 = Beta(0, 0.9f), Beta2 = Beta(1, 0.99f), Decay = decay },
            _ => new RmsProp
            {
                Alpha = Number("alpha", 0.99f),
                Epsilon = Number("eps", 1e-8f),
                Momentum = Number("momentum", 0),
                Centered = Flag("centered"),
                EpsilonInside = Flag("tensorflow"),
                Decay = decay,
            },
        };
    }
}

/// <summary>A vector of parameters with gradients and an optimiser's states, in memory that nothing else has written.</summary>
internal sealed class OptimizerRun : IDisposable
{
    private readonly Arena arena;
    private readonly OptimizerStep step;

    public OptimizerRun(Device device, Optimizer optimizer, ReadOnlySpan<float> weights)
    {
        step = OptimizerStep.Bind(device, optimizer);
        var shape = Shape.Vector(weights.Length);
        long each = Arena.Align(shape.Bytes);
        arena = Unwritten.Arena(device, (2 + step.States.Count) * each);
        Weights = arena.At(0, shape);
        Weights.Upload(weights);
        Gradients = arena.At(each, shape);
        States = [.. step.States.Select((_, i) => arena.At((2 + i) * each, shape))];
        for (int i = 0; i < States.Length; i++)
            States[i].Upload([.. Enumerable.Repeat(step.States[i].Initial, weights.Length)]);
    }

    public Tensor Weights { get; }

    public Tensor Gradients { get; }

    public Tensor[] States { get; }

    public void Step(ReadOnlySpan<float> gradients, OptimizerArguments arguments)
    {
        Gradients.Upload(gradients);
        step.Run(Weights, Gradients, States, arguments);
    }

    public void Dispose() => arena.Dispose();
}
