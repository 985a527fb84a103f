using GpuNet.Kernels;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

/// <summary>The SGD step on every device against the formula in double precision, over several steps.</summary>
[TestFixture, Parallelizable]
internal sealed class SgdTests
{
    private const int Steps = 4;

    private static IEnumerable<SgdArguments> Settings =>
    [
        new SgdArguments { LearningRate = 0.5f },
        new SgdArguments { LearningRate = 0.1f, Momentum = 0.9f },
        new SgdArguments { LearningRate = 0.1f, Momentum = 0.9f, Decay = 0.05f, ClearGradient = false },
        new SgdArguments { LearningRate = 0.1f, Momentum = 0.9f, Decay = 0.05f, Nesterov = true },
    ];

    [Test]
    public void Steps_match_the_formula(
        [ValueSource(typeof(TestDevices), nameof(TestDevices.All))] string deviceName,
        [ValueSource(nameof(Settings))] SgdArguments settings,
        [Values(1, 37, 20011)] int count)
    {
        Device device = TestDevices.Get(deviceName);
        if (device.Kind == DeviceKind.Simulator && count > 1000)
            Assert.Pass("too slow");
        using Arena arena = Unwritten.Arena(device, 3 * Arena.Align(4L * count));
        (Tensor w, Tensor dw, Tensor m) = (At(arena, 0, count), At(arena, 1, count), At(arena, 2, count));
        var random = new Random(7);
        double[] weights = Draw(random, count), momentum = Draw(random, count);
        w.Upload([.. weights.Select(v => (float)v)]);
        // What lies in the momentum must not matter in the first step.
        m.Upload([.. momentum.Select(v => (float)v)]);
        SgdStep step = SgdStep.Bind(device);
        for (int t = 0; t < Steps; t++)
        {
            double[] gradient = Draw(random, count);
            dw.Upload([.. gradient.Select(v => (float)v)]);
            SgdArguments arguments = settings with { First = t == 0 };
            step.Run(w, dw, m, arguments);
            Expect(weights, gradient, momentum, arguments);
            Assert.That(w.ToArray(), Is.EqualTo(weights).Within(1e-6 * (t + 1)));
            Assert.That(m.ToArray(), Is.EqualTo(momentum).Within(1e-6 * (t + 1)));
            Assert.That(dw.ToArray(), Is.EqualTo(settings.ClearGradient ? new double[count] : gradient));
        }
    }

    [Test]
    public void Neighbouring_ranges_are_left_alone([ValueSource(typeof(TestDevices), nameof(TestDevices.All))] string deviceName)
    {
        Device device = TestDevices.Get(deviceName);
        using Arena arena = Unwritten.Arena(device, 3 * Arena.Align(4 * 100));
        arena.Clear();
        (Tensor w, Tensor dw, Tensor m) = (At(arena, 0, 100), At(arena, 1, 100), At(arena, 2, 100));
        float[] ones = [.. Enumerable.Repeat(1f, 100)];
        w.Upload(ones);
        dw.Upload(ones);
        SgdStep.Bind(device).Run(At(arena, 0, 37), At(arena, 1, 37), At(arena, 2, 37), new SgdArguments { LearningRate = 1 });
        Assert.That(w.ToArray(), Is.EqualTo(ones.Select((_, i) => i < 37 ? 0f : 1f)));
        Assert.That(dw.ToArray(), Is.EqualTo(ones.Select((_, i) => i < 37 ? 0f : 1f)));
        Assert.That(m.ToArray(), Is.EqualTo(ones.Select((_, i) => i < 37 ? 1f : 0f)));
    }

    [Test]
    public void Unequal_counts_are_refused()
    {
        Device device = TestDevices.Get("cpu");
        using Arena arena = Unwritten.Arena(device, 3 * Arena.Alignment);
        Assert.That(() => SgdStep.Bind(device).Run(At(arena, 0, 5), At(arena, 1, 5), At(arena, 2, 6), default),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("as many elements"));
    }

    private static Tensor At(Arena arena, int third, int count) =>
        arena.At(third * (arena.Bytes / 3 / Arena.Alignment * Arena.Alignment), Shape.Vector(count));

    private static double[] Draw(Random random, int count)
    {
        var values = new double[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)((random.NextDouble() * 2) - 1);
        return values;
    }

    private static void Expect(double[] w, double[] dw, double[] m, SgdArguments a)
    {
        for (int i = 0; i < w.Length; i++)
        {
            double g = dw[i] + (a.Decay * w[i]);
            m[i] = a.First ? g : (a.Momentum * m[i]) + g;
            w[i] -= a.LearningRate * (a.Nesterov ? g + (a.Momentum * m[i]) : m[i]);
        }
    }
}
