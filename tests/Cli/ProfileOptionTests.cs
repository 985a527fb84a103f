using System.Text.Json;
using GpuNet.Tests.Data;
using NUnit.Framework;

namespace GpuNet.Tests.Cli;

public sealed class ProfileOptionTests
{
    private TempFolder folder = null!;

    private static string[] RunArguments =>
    [
        "run", "--model", "mobilenetv2", "--width", "0.1", "--device", "cpu", "--weights",
        Path.Combine(TrainedFolder.Path, "model.safetensors"),
    ];

    [SetUp]
    public void MakeFolder() => folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void A_run_is_profiled_after_its_results_are_written()
    {
        Write("x", "input", [2, 3, 16, 20], [.. Enumerable.Range(0, 1920).Select(i => MathF.Sin(i))]);
        Write("labels", "labels", [2], [1L, 2L]);
        string[] args = [.. RunArguments, "--input", folder.File("x"), "--labels", folder.File("labels"), "--train"];
        CommandRun.Of([.. args, "--output", folder.File("y1"), "--gradients", folder.File("g1")]).RequirePlain();
        string output = CommandRun.Of([.. args, "--output", folder.File("y2"), "--gradients", folder.File("g2"), "--profile"])
            .RequirePlain().Output;
        foreach (string name in new[] { "y", "g" })
            Assert.That(File.ReadAllBytes(folder.File(name + "2")), Is.EqualTo(File.ReadAllBytes(folder.File(name + "1"))), name);
        RequireTable(output, folder.File("profile.json"));
        JsonElement[] events = RequireTrace(folder.File("profile.json"), "forward", "backward", "other");
        Assert.That(events.Select(e => e.GetProperty("name").GetString()),
            Does.Contain("upload").And.Contain("download").And.Contain("features.0.0"));
        Assert.That(output,
            Does.Match(@"SoftmaxCrossEntropy \S+ +backward +Host +[0-9]+ +[0-9.]+ ms +[0-9.]+ us +[0-9.]+ % +[0-9.]+ +[0-9.]+ +[0-9]+ %"));
    }

    [Test]
    public void A_prediction_is_profiled()
    {
        string picture = Picture();
        JsonElement json = CommandRun.Json(
            "predict", TrainedFolder.Path, picture, "--device", "cpu", "--json", $"--profile={folder.File("q.json")}");
        Assert.That(json.GetProperty("profile").GetString(), Is.EqualTo(folder.File("q.json")));
        RequireTrace(folder.File("q.json"), "inference", "other");
        Assert.That(CommandRun.Json("predict", TrainedFolder.Path, picture, "--device", "cpu", "--json").TryGetProperty("profile", out _),
            Is.False);
    }

    [Test]
    public void Training_is_profiled_and_goes_as_without()
    {
        string[] args = TrainedFolder.Arguments(folder.File("run"));
        string output = CommandRun.Of([.. args, "--profile"]).RequirePlain().Output;
        RequireTable(output, folder.File("run/profile.json"));
        JsonElement[] events = RequireTrace(folder.File("run/profile.json"), "forward", "backward", "other");
        // Six steps, two of them to warm up.
        Assert.That(events.Count(e => e.GetProperty("name").GetString() == "optimiser"), Is.EqualTo(4));
        TrainedFolder.RequireSameTensors(folder.File("run"));
    }

    [Test]
    public void A_bench_is_profiled_when_it_is_timed()
    {
        string file = folder.File("p.json");
        JsonElement json = CommandRun.Json(
            "bench", "mobilenetv2", "--width", "0.1", "--size", "32", "--classes", "10", "--batch", "2", "--train", "--runs", "1",
            "--device", "cpu", "--json", "--profile", file);
        Assert.That(json.GetProperty("profile").GetString(), Is.EqualTo(file));
        RequireTrace(file, "inference", "forward", "backward", "other");
    }

    [Test]
    public void What_is_no_trace_is_never_overwritten()
    {
        string picture = Picture();
        byte[] before = File.ReadAllBytes(picture);
        CommandRun.Of("predict", TrainedFolder.Path, "--profile", picture)
            .RequireFailure(2, "--profile: expected a file name that ends in .json");
        CommandRun.Of("predict", "--profile", TrainedFolder.Path, picture)
            .RequireFailure(2, "--profile: expected a file name that ends in .json");
        Assert.That(File.ReadAllBytes(picture), Is.EqualTo(before));
        Write("x.json", "input", [2, 3, 16, 20], new float[1920]);
        CommandRun.Of([.. RunArguments, "--input", folder.File("x.json"), "--output", folder.File("y"), "--profile",
            folder.File("x.json")])
            .RequireFailure(2, "--output, --gradients and --profile are files of their own");
        CommandRun.Of("predict", TrainedFolder.Path, picture, "--profile", folder.File("no/p.json"))
            .RequireFailure(2, "--profile: expected a file in a folder that is there");
    }

    private static void RequireTable(string output, string file)
    {
        Assert.That(output, Does.Match(@"operator +pass +candidate +calls +total +mean +share +GFLOP/s +GB/s +roofline"));
        Assert.That(output, Does.Match(@"roofline, measured: copy [0-9.]+ GB/s, product [0-9.]+ GFLOP/s \(PointwiseConv"));
        Assert.That(output, Does.Contain($"trace: {file} ("));
    }

    private static JsonElement[] RequireTrace(string file, params string[] categories)
    {
        JsonElement[] events = [.. JsonDocument.Parse(File.ReadAllText(file)).RootElement.EnumerateArray()];
        Assert.That(events.Select(e => e.GetProperty("cat").GetString()).Distinct(), Is.EquivalentTo(categories));
        Assert.That(events.Select(e => e.GetProperty("ph").GetString()), Is.All.EqualTo("X"));
        Assert.That(events.Select(e => e.GetProperty("dur").GetDouble()), Is.All.GreaterThanOrEqualTo(0));
        return events;
    }

    private string Picture() =>
        folder.Write("picture.ppm", [.. "P6 24 20 255\n"u8, .. Enumerable.Range(0, 24 * 20 * 3).Select(i => (byte)i)]);

    private void Write<T>(string file, string name, long[] shape, T[] values)
    {
        var writer = new SafetensorsWriter();
        if (values is float[] floats)
            writer.Add(name, shape, floats);
        else
            writer.Add(name, shape, (long[])(object)values);
        writer.Save(folder.File(file));
    }
}
