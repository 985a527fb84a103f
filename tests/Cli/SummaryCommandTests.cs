using System.Text.Json;
using NUnit.Framework;

namespace GpuNet.Tests.Cli;

public sealed class SummaryCommandTests
{
    [TestCase("mobilenetv2", "1", 3_504_872, 300.77)]
    [TestCase("mobilenetv2", "0.35", 1_677_128, 59.29)]
    [TestCase("mobilenetv2", "1.4", 6_108_776, 582.20)]
    [TestCase("efficientnet-b0", "1", 5_288_548, 385.81)]
    [TestCase("efficientnet-b3", "1", 12_233_232, 1827.14)]
    public void Parameters_and_MACs_are_the_published_ones(string model, string width, long parameters, double megaMacs)
    {
        JsonElement summary = CommandRun.Json("summary", model, "--width", width, "--json");
        Assert.That(summary.GetProperty("model").GetString(), Is.EqualTo(model));
        Assert.That(summary.GetProperty("parameters").GetInt64(), Is.EqualTo(parameters));
        Assert.That(summary.GetProperty("macs").GetInt64() / 1e6, Is.EqualTo(megaMacs).Within(0.005));
        JsonElement[] layers = [.. summary.GetProperty("layers").EnumerateArray()];
        Assert.That(layers.Sum(l => l.GetProperty("parameters").GetInt64()), Is.EqualTo(parameters));
        Assert.That(layers.Sum(l => l.GetProperty("macs").GetInt64()), Is.EqualTo(summary.GetProperty("macs").GetInt64()));
        Assert.That(layers.All(l => l.GetProperty("bytes").GetInt64() > 0));
    }

    [Test]
    public void Images_of_32_rows_keep_their_resolution_at_first()
    {
        JsonElement summary =
            CommandRun.Json("summary", "mobilenetv2", "--width", "0.5", "--input", "32x32x3", "--classes", "10", "--json");
        Assert.That(summary.GetProperty("parameters").GetInt64(), Is.EqualTo(700_490));
        Assert.That(Extents(summary.GetProperty("layers")[0].GetProperty("output")), Is.EqualTo("1x32x32x16"));
        Assert.That(Extents(summary.GetProperty("input")), Is.EqualTo("32x32x3"));
        JsonElement halved =
            CommandRun.Json("summary", "mobilenetv2", "--width", "0.5", "--input", "32", "--keep-resolution", "false", "--json");
        Assert.That(Extents(halved.GetProperty("layers")[0].GetProperty("output")), Is.EqualTo("1x16x16x16"));
    }

    [Test]
    public void The_table_ends_with_the_totals()
    {
        string output = CommandRun.Of("summary", "mobilenetv2").RequirePlain().Output;
        Assert.That(output, Does.Contain("features.18.0").And.Contain("7x7x1280").And.Contain("3,504,872 parameters, 300.77 M MACs"));
    }

    [TestCase("there is no model 'lenet'", "lenet")]
    [TestCase("--input: expected extents such as 224", "mobilenetv2", "--input", "32x0")]
    [TestCase("--width: expected a number above 0, got '-1'", "mobilenetv2", "--width", "-1")]
    [TestCase("--classes: expected a whole number of at least 2, got 'ten'", "mobilenetv2", "--classes", "ten")]
    [TestCase("--keep-resolution: expected one of true, false, got 'maybe'", "mobilenetv2", "--keep-resolution", "maybe")]
    public void Wrong_usage_is_told(string part, params string[] args) => CommandRun.Of(["summary", .. args]).RequireFailure(2, part);

    private static string Extents(JsonElement array) => string.Join('x', array.EnumerateArray());
}
