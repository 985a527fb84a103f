using System.Text.Json;
using System.Xml.Linq;
using GpuNet.Cli;
using GpuNet.Tests.Data;
using NUnit.Framework;

namespace GpuNet.Tests.Cli;

public sealed class TrainCommandTests
{
    [Test]
    public void A_run_prints_a_line_an_epoch_and_leaves_measurements()
    {
        string output = TrainedFolder.Run.RequirePlain().Output;
        Assert.That(output, Does.Contain("epoch 1/2  loss ").And.Contain("epoch 2/2  loss ").And.Contain("test accuracy "));
        JsonElement metrics = JsonDocument.Parse(File.ReadAllText(Path.Combine(TrainedFolder.Path, "metrics.json"))).RootElement;
        Assert.That(metrics.GetProperty("model").GetString(), Is.EqualTo("mobilenetv2"));
        Assert.That(metrics.GetProperty("width").GetSingle(), Is.EqualTo(0.1f));
        Assert.That(metrics.GetProperty("data").GetString(), Is.EqualTo(TrainedFolder.Data));
        Assert.That(metrics.GetProperty("device").GetString(), Is.EqualTo("cpu"));
        Assert.That(metrics.GetProperty("kernel_compiler").GetString(), Is.EqualTo(Device.KernelCompiler));
        Assert.That(metrics.GetProperty("train_images_per_second").GetDouble(), Is.Positive);
        Assert.That(metrics.TryGetProperty("partial", out _), Is.False);
        JsonElement[] epochs = [.. metrics.GetProperty("epochs").EnumerateArray()];
        Assert.That(string.Join(' ', epochs.Select(e => e.GetProperty("epoch"))), Is.EqualTo("1 2"));
        Assert.That(epochs[1].GetProperty("test_accuracy").GetDouble(), Is.EqualTo(metrics.GetProperty("test_accuracy").GetDouble()));
        Assert.That(epochs[1].GetProperty("learning_rate").GetSingle(), Is.LessThan(1e-5f));
        Assert.That(epochs.All(e => e.GetProperty("seconds").GetDouble() > 0 && e.GetProperty("train_loss").GetDouble() > 0));
        Assert.That(XDocument.Load(Path.Combine(TrainedFolder.Path, "training.svg")).Descendants()
            .Count(e => e.Name.LocalName == "polyline"), Is.EqualTo(4));
        Assert.That(Directory.GetFiles(TrainedFolder.Path, "*.tmp"), Is.Empty);
    }

    // Three steps an epoch: in its middle, at its end before the evaluation, and in the middle of the second.
    [TestCase(0)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    public void A_run_that_is_interrupted_and_resumed_ends_with_the_same_bits(int stopAfter)
    {
        using var folder = new TempFolder();
        string run = folder.File("run");
        Interrupt(run, stopAfter);
        Assert.That(Checkpoint.Read(run).Steps, Is.EqualTo(stopAfter));
        CommandRun resumed = CommandRun.Of("train", "--resume", "--out", run, "--device", "cpu", "--threads", "1").RequirePlain();
        Assert.That(resumed.Output, Does.Contain("test accuracy"));
        TrainedFolder.RequireSameBits(run);
        RunMetrics expected = RunMetrics.Read(TrainedFolder.Path)!, actual = RunMetrics.Read(run)!;
        Assert.That(actual.Epochs.Select(WithoutTimes), Is.EqualTo(expected.Epochs.Select(WithoutTimes)));
        Assert.That(actual.Partial, Is.Null);
    }

    [Test]
    public void Interrupting_leaves_a_checkpoint_and_says_how_to_go_on()
    {
        using var folder = new TempFolder();
        string run = folder.File("run");
        CommandRun stopped = CommandRun.Stopped(new CancellationToken(canceled: true), TrainedFolder.Arguments(run));
        stopped.RequireFailure(130, $"go on with: gpunet train --resume --out {run}");
        Assert.That(Checkpoint.Read(run).Steps, Is.Zero);
    }

    [Test]
    public void A_run_that_is_complete_stays_as_it_is()
    {
        using var folder = new TempFolder();
        TrainedFolder.CopyTo(folder.File("run"));
        CommandRun.Of("train", "--resume", "--out", folder.File("run"), "--device", "cpu").RequirePlain();
        TrainedFolder.RequireSameBits(folder.File("run"));
    }

    [Test]
    public void Resuming_keeps_the_recipe()
    {
        string[] resume = ["train", "--resume", "--out", TrainedFolder.Path, "--device", "cpu"];
        CommandRun.Of([.. resume, "--lr", "0.3"]).RequireFailure(2, "--resume goes on with lr 0.02, not 0.3");
        CommandRun.Of([.. resume, "--data", "shapes"]).RequireFailure(2, "--resume goes on with data");
        CommandRun.Of([.. resume, "--width", "0.2"]).RequireFailure(2, "--resume goes on with the network of");
    }

    [Test]
    public void A_run_is_not_written_over() =>
        CommandRun.Of(TrainedFolder.Arguments(TrainedFolder.Path)).RequireFailure(1, "holds a run already");

    [Test]
    public void A_batch_larger_than_the_data_is_told()
    {
        using var folder = new TempFolder();
        CommandRun.Of("train", "--data", "shapes:train=4,test=4", "--batch", "8", "--device", "cpu", "--out", folder.File("run"))
            .RequireFailure(1, "no whole batch of 8 in 4 samples");
    }

    [Test]
    public void Foreign_and_damaged_checkpoints_are_told()
    {
        using var folder = new TempFolder();
        string run = folder.File("run"), json = Path.Combine(run, Checkpoint.JsonName);
        TrainedFolder.CopyTo(run);
        string text = File.ReadAllText(json);
        File.WriteAllText(json, "{ \"model\": 1 }");
        CommandRun.Of("eval", run, "--device", "cpu").RequireFailure(1, "not a checkpoint");
        File.WriteAllText(json, text.Replace("\"batch\"", "\"pack\"", StringComparison.Ordinal));
        CommandRun.Of("train", "--resume", "--out", run, "--device", "cpu").RequireFailure(1, "the checkpoint's recipe has no 'batch'");
        File.WriteAllText(json, text.Replace("\"width\": 0.1", "\"width\": 0.35", StringComparison.Ordinal));
        CommandRun.Of("eval", run, "--device", "cpu").RequireFailure(1, Checkpoint.WeightsName);
        File.WriteAllText(json, text.Replace("\"circle\"", "\"cat\"", StringComparison.Ordinal));
        CommandRun.Of("eval", run, "--device", "cpu").RequireFailure(1, "expected the checkpoint's classes cat, ring");
        File.WriteAllText(json, text.Replace("\"steps\": 6", "\"steps\": 5", StringComparison.Ordinal));
        CommandRun.Of("eval", run, "--device", "cpu").RequireFailure(1, "mixed");
    }

    private static EpochMetrics WithoutTimes(EpochMetrics e) => e with { Seconds = 0, ImagesPerSecond = 0 };

    /// <summary>The run of <see cref="TrainedFolder"/>, stopped after some steps.</summary>
    private static void Interrupt(string folder, int steps)
    {
        TrainingRecipe recipe = TrainingRecipe.For(TrainedFolder.Data) with { Epochs = 2, Batch = 8, LearningRate = 0.02f };
        var model = new ModelSpec("mobilenetv2") { Width = 0.1f, Classes = 10, ImageHeight = 32, ImageWidth = 32 };
        Directory.CreateDirectory(folder);
        using var run = new TrainingRun(model, recipe, Datasets.Open(recipe.Data), TestDevices.Get("cpu"), folder);
        using var stop = new CancellationTokenSource();
        if (steps == 0)
            stop.Cancel();
        Assert.That(run.Train(new StoppingView(() => run.Steps == steps, stop), stop.Token), Is.False);
    }

    private sealed class StoppingView(Func<bool> reached, CancellationTokenSource stop) : ITrainingView
    {
        public bool Watch(int epoch, int steps, Func<Action<StepReport>, bool> body) => body(_ =>
        {
            if (reached())
                stop.Cancel();
        });

        public void Done(EpochMetrics epoch)
        {
        }
    }
}
