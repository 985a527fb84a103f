using GpuNet.Kernels;
using GpuNet.Tests.Golden;
using NUnit.Framework;

namespace GpuNet.Tests.Network;

/// <summary>The moving average of a network's values against torch.optim.swa_utils.</summary>
[TestFixture, Parallelizable]
internal sealed class WeightAverageTests
{
    [Test]
    public void It_matches_PyTorchs_averaged_model(
        [Values("average", "average_warm_up")] string name, [ValueSource(typeof(TestDevices), nameof(TestDevices.All))] string device)
    {
        using var golden = new GoldenFile("optimizers");
        float decay = golden.Settings(name).GetProperty("decay").GetSingle();
        float[] values = golden.Floats(name + ".values"), averages = golden.Floats(name + ".averages");
        Graph graph = Linear(7);
        using var source = new ParameterStore(graph, TestDevices.Get(device), withGradients: true);
        Set(source, values.AsSpan(0, 42));
        using var average = new WeightAverage(graph, source, decay, golden.Settings(name).GetProperty("warm_up").GetBoolean());
        Assert.That(Get(average.Parameters), Is.EqualTo(values[..42]));
        for (int i = 0; i < averages.Length / 42; i++)
        {
            Set(source, values.AsSpan((i + 1) * 42, 42));
            long version = average.Parameters.Version;
            average.Update();
            Assert.That(Get(average.Parameters), Is.EqualTo(averages[(i * 42)..((i + 1) * 42)]).Within(1e-6), $"update {i}");
            Assert.That(average.Parameters.Version, Is.Not.EqualTo(version), "plans have to see that values have changed");
        }
        Assert.That(Get(source), Is.EqualTo(values[^42..]), "the values stay as they are");
        Assert.That(average.Updates, Is.EqualTo(averages.Length / 42));
    }

    [Test]
    public void Statistics_are_averaged_too_and_a_resumed_average_has_the_same_bits()
    {
        var net = new NetworkBuilder(new Shape(2, 4, 4, 3));
        net.Output(net.ConvNorm("stem", net.Input, 4, new Window(3), ActivationKind.Relu));
        using var source = new ParameterStore(net.Graph, TestDevices.Get("cpu"), withGradients: false);
        source.Initialize(1);
        using var through = new WeightAverage(net.Graph, source, 0.99f, warmUp: true);
        void Train(int from, int to, params WeightAverage[] averages)
        {
            for (int i = from; i < to; i++)
            {
                source.Initialize(i);
                source["stem.1.running_mean"].Upload([i, 1, 2, 3]);
                foreach (WeightAverage average in averages)
                    average.Update();
            }
        }

        Train(2, 5, through);
        using var resumed = new WeightAverage(net.Graph, source, 0.99f, warmUp: true) { Updates = through.Updates };
        foreach (string name in source.Names)
            resumed.Parameters[name].Upload(through.Parameters[name].ToArray(), name);
        Train(5, 8, through, resumed);
        foreach (string name in source.Names)
            Assert.That(resumed.Parameters[name].ToArray(), Is.EqualTo(through.Parameters[name].ToArray()), name);
        // Means were 0, then 2 to 7, and the average follows from t = 0 on.
        double expected = 0;
        for (int t = 0; t < 6; t++)
            expected += (1 - Math.Min(0.99, (1.0 + t) / (10 + t))) * (t + 2 - expected);
        Assert.That(through.Parameters["stem.1.running_mean"].ToArray()[0], Is.EqualTo(expected).Within(1e-5));
    }

    [Test]
    public void Another_network_and_a_decay_of_one_are_refused()
    {
        using var source = new ParameterStore(Linear(7), TestDevices.Get("cpu"), withGradients: false);
        Assert.That(() => new WeightAverage(Linear(8), source), Throws.TypeOf<GpuNetException>().With.Message.Contains("same network"));
        Assert.That(() => new WeightAverage(Linear(7), source, 1), Throws.TypeOf<GpuNetException>().With.Message.Contains("got 1"));
    }

    private static Graph Linear(int outputs)
    {
        var net = new NetworkBuilder(new Shape(2, 1, 1, 5));
        net.Output(net.Linear("fc", net.Input, outputs, Initializer.Zeros));
        return net.Graph;
    }

    private static void Set(ParameterStore parameters, ReadOnlySpan<float> values)
    {
        parameters["fc.weight"].Upload(values[..35]);
        parameters["fc.bias"].Upload(values[35..]);
    }

    private static float[] Get(ParameterStore parameters) => [.. parameters["fc.weight"].ToArray(), .. parameters["fc.bias"].ToArray()];
}
