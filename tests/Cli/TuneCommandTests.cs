using System.Text.Json;
using GpuNet.Tests.Data;
using NUnit.Framework;

namespace GpuNet.Tests.Cli;

[TestFixture, Parallelizable]
public sealed class TuneCommandTests
{
    private static readonly string[] Small = ["tune", "mobilenetv2", "--width", "0.05", "--size", "8", "--classes", "3"];

    private TempFolder folder = null!;
    private IDisposable own = null!;

    private string File => folder.File("tuning.json");

    [SetUp]
    public void MakeFolder()
    {
        folder = new TempFolder();
        own = TuningIsolation.With(File);
    }

    [TearDown]
    public void RemoveFolder()
    {
        own.Dispose();
        folder.Dispose();
    }

    [Test]
    public void Host_code_has_nothing_to_tune()
    {
        string output = CommandRun.Of([.. Small, "--train", "--batch", "2", "--device", "cpu"]).RequirePlain().Output;
        Assert.That(output, Does.Contain("Nothing to tune: on device cpu every operator has one candidate"));
        JsonElement json = CommandRun.Json([.. Small, "--device", "cpu", "--json"]);
        Assert.That(json.GetProperty("passes").GetArrayLength(), Is.Zero);
        Assert.That(System.IO.File.Exists(File), Is.False);
    }

    [Test]
    public void Choices_are_printed_remembered_and_counted()
    {
        RequireOpenCL();
        JsonElement json = CommandRun.Json([.. Small, "--device", "opencl", "--json"]);
        Assert.That(json.GetProperty("file").GetString(), Is.EqualTo(File));
        JsonElement pass = json.GetProperty("passes")[0];
        Assert.That(pass.GetProperty("name").GetString(), Is.EqualTo("inference"));
        Assert.That(pass.GetProperty("tuned_ms").GetDouble(), Is.Positive.And.LessThanOrEqualTo(pass.GetProperty("rule_ms").GetDouble()));
        JsonElement[] operators = [.. pass.GetProperty("operators").EnumerateArray()];
        Assert.That(operators.Select(o => o.GetProperty("operator").GetString()), Is.Unique);
        foreach (JsonElement op in operators)
        {
            JsonElement[] candidates = [.. op.GetProperty("candidates").EnumerateArray()];
            Assert.That(candidates.Select(c => c.GetProperty("failure").GetString()), Is.All.Empty, op.ToString());
            Assert.That(candidates.Select(c => c.GetProperty("name").GetString()), Does.Contain(op.GetProperty("winner").GetString()));
            Assert.That(candidates.Select(c => c.GetProperty("backward_us").GetDouble()), Is.All.Zero);
        }

        // The commands find them, and say so.
        Assert.That(OpenCL("--json").GetProperty("tuned_choices").GetInt32(), Is.EqualTo(operators.Length));
        Assert.That(CommandRun.Of("devices").RequirePlain().Output, Does.Contain($"{operators.Length} tuned choices"));
    }

    [Test]
    public void Training_steps_are_tuned_in_both_directions()
    {
        RequireOpenCL();
        string output = CommandRun.Of([.. Small, "--batch", "2", "--train", "--device", "opencl"]).RequirePlain().Output;
        Assert.That(output, Does.Match(@"inference: [0-9.]+ ms by rule, [0-9.]+ ms tuned")
            .And.Match(@"training step: [0-9.]+ ms by rule, [0-9.]+ ms tuned"));
        Assert.That(output, Does.Match(@"\n *DepthwiseConv \S+ 3x3 s2 p1,1,1,1 +[1-9]+ +\w+ +[0-9.]+ us +\w+ +[0-9.]+ us +[0-9.]+"));
        Assert.That(output, Does.Not.Contain("failed").And.Contain(" tuned choices for opencl").And.Contain(File));
        string text = System.IO.File.ReadAllText(File);
        Assert.That(text, Does.Contain("\"both: SoftmaxCrossEntropy").And.Contain("\"forward: Linear"));
    }

    // Measuring every candidate of a network takes ILGPU's simulator many minutes.
    private static void RequireOpenCL()
    {
        if (!TestDevices.Names.Contains("opencl"))
            Assert.Ignore("only an OpenCL device measures every candidate of a network in seconds, and this machine has none");
    }

    [Test]
    public void A_foreign_file_is_no_target_and_otherwise_a_note()
    {
        RequireOpenCL();
        System.IO.File.WriteAllText(File, "somebody's work");
        CommandRun.Of([.. Small, "--device", "opencl"]).RequireFailure(1, $"{File} is ignored");
        Assert.That(System.IO.File.ReadAllText(File), Is.EqualTo("somebody's work"));
        string[] bench = ["bench", .. Small[1..], "--device", "opencl", "--runs", "1"];
        CommandRun noted = CommandRun.Of(bench);
        Assert.That((noted.Code, noted.Error),
            Is.EqualTo((0, $"gpunet: {File} is ignored: it is not a file of tuned choices (line 1).{Environment.NewLine}")));
        CommandRun.Of([.. bench, "--no-tuning"]).RequirePlain();
        // Host code has no choices to ask the file for.
        CommandRun.Of([.. Small, "--device", "cpu"]).RequirePlain();
    }

    [TestCase("there is no model 'lenet'", "lenet")]
    [TestCase("--batch: expected a whole number", "mobilenetv2", "--batch", "0")]
    [TestCase("--no-tuning", "mobilenetv2", "--no-tuning")]
    [TestCase("expected at most 268435456 pixels", "mobilenetv2", "--batch", "65536", "--size", "8192")]
    [TestCase("--train with --batch 1", "mobilenetv2", "--size", "8", "--train")]
    public void Wrong_usage_is_told(string part, params string[] args) => CommandRun.Of(["tune", .. args]).RequireFailure(2, part);

    [Test]
    public void A_device_that_is_not_there_is_told() => CommandRun.Of([.. Small, "--device", "abacus"]).RequireFailure(1, "Device abacus");

    private static JsonElement OpenCL(params string[] args) =>
        CommandRun.Json(["devices", .. args]).GetProperty("devices").EnumerateArray()
        .Single(d => d.GetProperty("name").GetString() == "opencl:0");
}
