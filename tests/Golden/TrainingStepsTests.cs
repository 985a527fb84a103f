using GpuNet.Kernels;
using NUnit.Framework;

namespace GpuNet.Tests.Golden;

/// <summary>Whole training runs against PyTorch.</summary>
[TestFixture]
internal sealed class TrainingStepsTests
{
    [Test]
    public void Ten_steps_of_a_small_MobileNetV2_give_PyTorchs_losses()
    {
        using var golden = new GoldenFile("mobilenetv2_steps");
        const int Batch = 8;
        var model = new ModelSpec("mobilenetv2")
        {
            Width = 0.1f,
            Classes = 10,
            ImageHeight = 32,
            ImageWidth = 32,
            Dropout = 0,
            KeepEarlyResolution = false,
        };
        using var trainer = new StepRunner(model, TestDevices.Get("cpu"), Batch);
        foreach (string name in trainer.Parameters.Names)
        {
            ParameterSpec spec = trainer.Parameters.Spec(name);
            trainer.Parameters[name].Upload(TensorLayout.FromFile(spec, golden.Floats(name), TensorLayout.FileShape(spec), name));
        }
        long[] labels = golden.Integers("steps.labels");
        float[] expected = golden.Floats("steps.losses");
        for (int step = 0; step < expected.Length; step++)
        {
            int[] batchLabels = [.. labels.Skip(step * Batch).Take(Batch).Select(l => (int)l)];
            StepResult result = trainer.Step(Images(step, Batch), batchLabels, 0.01f);
            // Rounding grows from step to step: without fused multiply-add the last losses differ by 1e-3.
            double tolerance = step == 0 ? 1e-5 : step < 6 ? 1e-4 : 2e-3;
            Assert.That(result.Loss, Is.EqualTo(expected[step]).Within(tolerance * expected[step]), $"loss of step {step}");
        }
        foreach (string statistic in (string[])[
            "features.0.1.running_mean", "features.0.1.running_var", "features.18.1.running_mean", "features.18.1.running_var"])
        {
            float[] final = golden.Floats("steps.final." + statistic);
            Assert.That(trainer.Parameters[statistic].ToArray(), Is.EqualTo(final).Within(2e-3f * Math.Max(1, final.Max(MathF.Abs))),
                statistic);
        }
    }

    // The images PyTorch was given: an integer hash of step, image, channel, row and column, exact in float32.
    private static float[] Images(int step, int batch)
    {
        const int Size = 32, Channels = 3;
        var images = new float[batch * Size * Size * Channels];
        for (int at = 0; at < images.Length; at++)
        {
            int c = at % Channels, w = at / Channels % Size, h = at / Channels / Size % Size, n = at / Channels / Size / Size;
            uint i = (uint)((((((((step * batch) + n) * Channels) + c) * Size) + h) * Size) + w);
            i *= 2654435761;
            i ^= i >> 15;
            i *= 2246822519;
            i ^= i >> 13;
            images[at] = ((int)(i >> 8) - 8388608) / 8388608f;
        }
        return images;
    }
}
