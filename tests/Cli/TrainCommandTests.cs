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
        Assert.That(metrics.GetProperty("data").GetString(), Does.StartWith(TrainedFolder.Data));
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
        CommandRun resumed = CommandRun.Of("train", "--resume", "--out", run, "--device", "cpu", "--threads", "1").RequirePlain();
        Assert.That(resumed.Output, Does.Contain("test accuracy"));
        if (stopAfter > 0)
            Assert.That(resumed.Output, Does.Contain($"and {stopAfter} step"));
        TrainedFolder.RequireSameTensors(run);
        Assert.That(Epochs(run), Is.EqualTo(Epochs(TrainedFolder.Path)));
    }

    [Test]
    public void Interrupting_leaves_a_state_and_says_how_to_go_on()
    {
        using var folder = new TempFolder();
        string run = folder.File("run");
        CommandRun stopped = CommandRun.Stopped(new CancellationToken(canceled: true), TrainedFolder.Arguments(run));
        stopped.RequireFailure(130, $"go on with: gpunet train --resume --out {run}");
        CommandRun.Of("eval", run, "--device", "cpu").RequireFailure(1, "has not finished an epoch yet");
    }

    [Test]
    public void A_run_that_is_complete_stays_as_it_is()
    {
        using var folder = new TempFolder();
        TrainedFolder.CopyTo(folder.File("run"));
        CommandRun.Of("train", "--resume", "--out", folder.File("run"), "--device", "cpu").RequirePlain();
        TrainedFolder.RequireSameTensors(folder.File("run"));
    }

    [Test]
    public void Resuming_keeps_the_recipe()
    {
        string[] resume = ["train", "--resume", "--out", TrainedFolder.Path, "--device", "cpu"];
        CommandRun.Of([.. resume, "--lr", "0.3"]).RequireFailure(2, "the run's own recipe, which has another --lr");
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
            .RequireFailure(1, "a step takes 8 samples; there are 4");
    }

    [Test]
    public void Foreign_and_damaged_checkpoints_are_told()
    {
        using var folder = new TempFolder();
        string run = folder.File("run"), model = Path.Combine(run, "model.safetensors"), state = Path.Combine(run, "training.safetensors");
        TrainedFolder.CopyTo(run);
        byte[] good = File.ReadAllBytes(model);
        File.WriteAllBytes(model, good[..^9]);
        CommandRun.Of("eval", run, "--device", "cpu").RequireFailure(1, "model.safetensors");
        Edit(model, good, "width\\u0022:0.1", "width\\u0022:0.9");
        CommandRun.Of("eval", run, "--device", "cpu").RequireFailure(1, "of another shape");
        Edit(model, good, "circle", "square");
        CommandRun.Of("eval", run, "--device", "cpu").RequireFailure(1, "expected the model's classes square, ring");
        Edit(model, good, "version\\u0022:2", "version\\u0022:7");
        CommandRun.Of("predict", run, "x.png", "--device", "cpu").RequireFailure(1, "expected a description of version 2, got 7");
        Edit(state, File.ReadAllBytes(state), "steps\\u0022:6", "steps\\u0022:1");
        CommandRun.Of("train", "--resume", "--out", run, "--device", "cpu").RequireFailure(1, "1 steps do not fit 2 epochs of 3 steps");
    }

    // In the header, where texts are as long as before.
    private static void Edit(string path, byte[] file, string from, string to)
    {
        string text = System.Text.Encoding.Latin1.GetString(file);
        Assert.That(text, Does.Contain(from));
        File.WriteAllBytes(path, System.Text.Encoding.Latin1.GetBytes(text.Replace(from, to, StringComparison.Ordinal)));
    }

    private static string[] Epochs(string run)
    {
        using JsonDocument metrics = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "metrics.json")));
        return [.. metrics.RootElement.GetProperty("epochs").EnumerateArray().Select(e => string.Join(' ', e.EnumerateObject()
            .Where(p => p.Name is not ("seconds" or "images_per_second")).Select(p => p.ToString())))];
    }

    /// <summary>The run of <see cref="TrainedFolder"/>, stopped after some steps.</summary>
    private static void Interrupt(string folder, int steps)
    {
        ImageData data = Datasets.Open(TrainedFolder.Data);
        using Model model = Models.MobileNetV2(data.Classes, 0.1, 32).On(TestDevices.Get("cpu"));
        using var training = new Training(model, data)
        {
            Recipe = new TrainingDefaults(0.1, 2, 8, 0.02f).Recipe(Datasets.Parse(TrainedFolder.Data).Augmentation),
            DataName = TrainedFolder.Data,
            Folder = folder,
        };
        using var stop = new CancellationTokenSource();
        if (steps == 0)
            stop.Cancel();
        training.StepDone += _ =>
        {
            if (training.Steps == steps)
                stop.Cancel();
        };
        Assert.That(() => training.Run(stop.Token).ToArray(), Throws.InstanceOf<OperationCanceledException>());
    }
}
