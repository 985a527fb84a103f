using NUnit.Framework;

namespace GpuNet.Tests.Network;

[TestFixture]
internal sealed class CheckpointTests
{
    private static readonly ModelSpec Tiny = new("mobilenetv2") { Width = 0.1f, Classes = 4, ImageHeight = 16, ImageWidth = 16 };

    private static readonly Checkpoint Description = new()
    {
        Model = Tiny,
        ClassNames = ["a", "b", "c", "d"],
        Mean = [0.5f, 0.5f, 0.5f],
        Deviation = [0.2f, 0.2f, 0.2f],
    };

    private string folder = null!;

    [SetUp]
    public void MakeFolder() => folder = Directory.CreateTempSubdirectory("gpunet-test-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    [Test]
    public void Training_goes_on_from_a_checkpoint_as_if_it_had_not_stopped()
    {
        using Trainer straight = NewTrainer(), stopped = NewTrainer(), resumed = NewTrainer();
        Step(resumed);
        for (int i = 0; i < 3; i++)
        {
            Step(straight);
            Step(stopped);
        }
        Description.Save(folder, stopped);
        Checkpoint.Read(folder).Restore(folder, resumed);
        for (int i = 0; i < 2; i++)
            Assert.That(Step(resumed), Is.EqualTo(Step(straight)));
        foreach (string name in straight.Parameters.Names)
            Assert.That(resumed.Parameters[name].ToArray(), Is.EqualTo(straight.Parameters[name].ToArray()), name);
    }

    [Test]
    public void The_description_survives()
    {
        using Trainer trainer = NewTrainer();
        Description.Save(folder, trainer);
        Checkpoint read = Checkpoint.Read(folder);
        Assert.That(read.Model, Is.EqualTo(Tiny));
        Assert.That(read.ClassNames, Is.EqualTo(Description.ClassNames));
        Assert.That(Directory.GetFiles(folder), Has.Length.EqualTo(3), "no temporary files are left");
    }

    [Test]
    public void Damaged_and_foreign_files_are_refused()
    {
        using Trainer trainer = NewTrainer();
        Assert.That(() => Checkpoint.Read(folder), Throws.TypeOf<GpuNetException>().With.Message.Contains("holds no checkpoint"));
        Description.Save(folder, trainer);
        string json = Path.Combine(folder, Checkpoint.JsonName), weights = Path.Combine(folder, Checkpoint.WeightsName);
        string good = File.ReadAllText(json);
        string newer = good.Replace("\"version\": 1", "\"version\": 7", StringComparison.Ordinal);
        foreach (string bad in (string[])["", "{", "null", "[]", newer, good.Replace("\"a\",", "", StringComparison.Ordinal)])
        {
            File.WriteAllText(json, bad);
            Assert.That(() => Checkpoint.Read(folder), Throws.TypeOf<GpuNetException>().With.Message.Contains(Checkpoint.JsonName), bad);
        }
        File.WriteAllText(json, good);
        byte[] bytes = File.ReadAllBytes(weights);
        File.WriteAllBytes(weights, bytes[..^5]);
        Assert.That(() => Checkpoint.Read(folder).Restore(folder, trainer),
            Throws.TypeOf<GpuNetException>().With.Message.Contains(Checkpoint.WeightsName));
        using var other = new Trainer(Tiny with { Width = 0.5f }, TestDevices.Get("cpu"), new TrainerOptions { Batch = 2 });
        File.WriteAllBytes(weights, bytes);
        Assert.That(() => WeightsFile.Load(other.Parameters, weights),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("features."));
    }

    [Test]
    public void Files_of_different_steps_are_refused()
    {
        using Trainer trainer = NewTrainer();
        Description.Save(folder, trainer);
        byte[] old = File.ReadAllBytes(Path.Combine(folder, Checkpoint.WeightsName));
        Step(trainer);
        Description.Save(folder, trainer);
        File.WriteAllBytes(Path.Combine(folder, Checkpoint.WeightsName), old);
        Assert.That(() => Checkpoint.Read(folder).Restore(folder, trainer),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("mixed"));
    }

    private static Trainer NewTrainer() => new(Tiny, TestDevices.Get("cpu"), new TrainerOptions { Batch = 2, Seed = 1 });

    private static float Step(Trainer trainer)
    {
        var random = new Random(trainer.Steps);
        float[] images = [.. Enumerable.Range(0, 2 * 16 * 16 * 3).Select(_ => random.NextSingle())];
        return trainer.Step(images, [trainer.Steps % 4, 1], 0.05f).Loss;
    }
}
