using System.Text.Json;
using NUnit.Framework;

namespace GpuNet.Tests.Cli;

public sealed class BenchCommandTests
{
    private static readonly string[] Small =
        ["bench", "mobilenetv2", "--width", "0.1", "--size", "32", "--classes", "10", "--device", "cpu"];

    [Test]
    public void Inference_alone_says_nothing_of_training()
    {
        JsonElement figures = CommandRun.Json([.. Small, "--batch", "2", "--threads", "2", "--runs", "3", "--json"]);
        Assert.That(figures.GetProperty("model").GetString(), Is.EqualTo("mobilenetv2"));
        Assert.That(figures.GetProperty("device").GetString(), Is.EqualTo("cpu"));
        Assert.That(figures.GetProperty("kernel_compiler").GetString(), Is.EqualTo(Device.KernelCompiler));
        Assert.That(figures.GetProperty("width").GetSingle(), Is.EqualTo(0.1f));
        foreach ((string key, int value) in new[] { ("batch", 2), ("size", 32), ("classes", 10), ("threads", 2), ("runs", 3) })
            Assert.That(figures.GetProperty(key).GetInt32(), Is.EqualTo(value), key);
        Assert.That(figures.GetProperty("warm_up_runs").GetInt32(), Is.GreaterThanOrEqualTo(5));
        double ms = figures.GetProperty("inference_ms").GetDouble();
        Assert.That(ms, Is.Positive);
        Assert.That(figures.GetProperty("inference_images_per_s").GetDouble(), Is.EqualTo(2000 / ms).Within(1e-6).Percent);
        Assert.That(figures.TryGetProperty("training_step_ms", out _), Is.False);
        if (OperatingSystem.IsLinux())
            Assert.That(figures.GetProperty("peak_memory_mb").GetDouble(), Is.InRange(10, 1 << 20));
    }

    [Test]
    public void Training_is_timed_when_asked_for()
    {
        JsonElement figures = CommandRun.Json([.. Small, "--batch", "4", "--runs", "2", "--train", "--json"]);
        double ms = figures.GetProperty("training_step_ms").GetDouble();
        Assert.That(ms, Is.Positive);
        Assert.That(figures.GetProperty("training_images_per_s").GetDouble(), Is.EqualTo(4000 / ms).Within(1e-6).Percent);
    }

    [Test]
    public void The_table_has_a_row_a_figure()
    {
        string output = CommandRun.Of([.. Small, "--runs", "1", "--train", "--threads", "1"]).RequirePlain().Output;
        Assert.That(output, Does.StartWith("mobilenetv2, width 0.1, batch 1, 32x32x3, 10 classes; cpu (").And.Contain("1 host thread, "));
        Assert.That(output, Does.Match(@"inference +[0-9.]+ ms +[0-9.]+").And.Match(@"training step +[0-9.]+ ms +[0-9.]+"));
    }

    [TestCase("there is no model 'lenet'", "lenet")]
    [TestCase("--batch: expected a whole number from 1 to 65536, got '0'", "mobilenetv2", "--batch", "0")]
    [TestCase("--batch: expected a whole number from 1 to 65536, got '1e3'", "mobilenetv2", "--batch", "1e3")]
    [TestCase("--size: expected a whole number from 1 to 8192, got '-224'", "mobilenetv2", "--size", "-224")]
    [TestCase("--size: expected a whole number from 1 to 8192, got '224x224'", "mobilenetv2", "--size", "224x224")]
    [TestCase("--runs: expected a whole number from 1 to 1000000, got '0'", "mobilenetv2", "--runs", "0")]
    [TestCase("--batch 65536 of --size 8192: expected at most 268435456 pixels", "mobilenetv2", "--batch", "65536", "--size", "8192")]
    [TestCase("--width: expected a number above 0, got '0'", "mobilenetv2", "--width", "0")]
    public void Wrong_usage_is_told(string part, params string[] args) => CommandRun.Of(["bench", .. args]).RequireFailure(2, part);

    [Test]
    public void What_no_machine_holds_is_told() =>
        CommandRun.Of("bench", "efficientnet-b7", "--batch", "65536", "--size", "64", "--width", "100", "--device", "cpu")
        .RequireFailure(1, "Out of memory on cpu");
}
