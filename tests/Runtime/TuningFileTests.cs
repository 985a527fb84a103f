using System.Text;
using GpuNet.Tests.Data;
using NUnit.Framework;

namespace GpuNet.Tests.Runtime;

public sealed class TuningFileTests
{
    private static readonly TunedChoice Choice = new("RowTile", "Plain, RowTile", "build", 0.5);

    private TempFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void What_is_not_there_is_empty_and_is_not_made_by_asking()
    {
        var file = new TuningFile(folder.File("deep/tuning.json"), "card");
        Assert.That((file.Count, file.Note, file.Find("op")), Is.EqualTo((0, "", (TunedChoice?)null)));
        Assert.That(Directory.GetFileSystemEntries(folder.Path), Is.Empty);
    }

    [Test]
    public void Choices_are_found_again_for_the_same_device()
    {
        string path = folder.File("deep/er/tuning.json");
        new TuningFile(path, "card").Remember("op", Choice);
        var again = new TuningFile(path, "card");
        Assert.That(again.Find("op"), Is.EqualTo(Choice));
        Assert.That((again.Note, again.Count, again.CountOf("build"), again.CountOf("other")), Is.EqualTo(("", 1, 1, 0)));
        Assert.That(new TuningFile(path, "other card").Count, Is.Zero);
        again.Remember("op", Choice with { Candidate = "Plain" });
        Assert.That(new TuningFile(path, "card").Find("op")!.Candidate, Is.EqualTo("Plain"));
    }

    [Test]
    public void Writers_at_the_same_time_lose_nothing()
    {
        string path = folder.File("tuning.json");
        // Each has read before the others wrote.
        TuningFile[] files = [.. Enumerable.Range(0, 8).Select(i => new TuningFile(path, $"card {i % 2}"))];
        Assert.That(files.Sum(f => f.Count), Is.Zero);
        Parallel.ForEach(files, (file, _, index) =>
        {
            for (int i = 0; i < 10; i++)
                file.Remember($"op {index} {i}", Choice);
        });
        foreach (string device in new[] { "card 0", "card 1" })
            Assert.That(new TuningFile(path, device).Count, Is.EqualTo(40));
        Assert.That(Directory.GetFiles(folder.Path, "*.tmp"), Is.Empty);
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("null")]
    [TestCase("[1, 2]")]
    [TestCase("{}")]
    [TestCase("""{"name": "somebody's settings"}""")]
    [TestCase("""{"gpunet_tuning": 1}""")]
    [TestCase("""{"gpunet_tuning": 1, "devices": null}""")]
    [TestCase("""{"gpunet_tuning": 1, "devices": {"card": null}}""")]
    [TestCase("""{"gpunet_tuning": 1, "devices": {"card": {"op": null}}}""")]
    [TestCase("""{"gpunet_tuning": 1, "devices": {"card": {"op": {"candidate": "RowTile"}}}}""")]
    [TestCase("""{"gpunet_tuning": 1, "devices": {"card": {"op": {"candidate": null, "candidates": "", "build": "", "ratio": 1}}}}""")]
    [TestCase("""{"gpunet_tuning": 2, "devices": {}}""")]
    [TestCase("\u0000\u0001binary")]
    public void A_broken_or_foreign_file_is_ignored_and_left_alone(string content)
    {
        string path = folder.Write("tuning.json", Encoding.UTF8.GetBytes(content));
        var file = new TuningFile(path, "card");
        Assert.That(file.Find("op"), Is.Null);
        Assert.That(file.Note, Does.StartWith($"{path} is ignored: ").And.Not.Contain("\n"));
        Assert.That(() => file.Remember("op", Choice), Throws.TypeOf<GpuNetException>().With.Message.Contains(path));
        Assert.That(File.ReadAllText(path), Is.EqualTo(content));
        // For this process it holds.
        Assert.That(file.Find("op"), Is.EqualTo(Choice));
    }

    [Test]
    public void A_place_that_cannot_be_written_is_told()
    {
        string path = Path.Combine(folder.Write("file", []), "tuning.json");
        var file = new TuningFile(path, "card");
        Assert.That(() => file.Remember("op", Choice), Throws.TypeOf<GpuNetException>().With.Message.Contains(path));
    }

    [Test]
    public void Devices_differ_by_all_that_changes_a_kernels_time()
    {
        var info = new DeviceInfo("cuda:0", DeviceKind.Cuda, "a card", 1 << 30, 8, 32, 1024, 48 << 10, true, "") { Driver = "12.4" };
        var options = new DeviceOptions();
        string key = Device.TuningKey(info, options);
        Assert.That(key, Does.Contain("a card").And.Contain("12.4").And.Contain(Device.KernelCompiler));
        // Its place among the cards, and what is free on it, are no matter.
        Assert.That(Device.TuningKey(info with { Name = "cuda:1", MemoryBytes = 5, Note = "busy" }, options with { Threads = 3 }),
            Is.EqualTo(key));
        DeviceInfo[] others =
        [
            info with { Kind = DeviceKind.OpenCL }, info with { Description = "another card" }, info with { Driver = "12.5" },
            info with { Multiprocessors = 9 }, info with { MaxGroupSize = 512 }, info with { WarpSize = 64 },
        ];
        Assert.That(others.Select(o => Device.TuningKey(o, options)).Append(key)
            .Append(Device.TuningKey(info, options with { Checked = true })), Is.Unique);
    }
}
