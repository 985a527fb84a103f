using System.Text.Json;
using GpuNet.Tests.Data;
using NUnit.Framework;

namespace GpuNet.Tests.Cli;

/// <summary>The commands that use a checkpoint: eval and predict.</summary>
public sealed class ClassifyCommandTests
{
    [Test]
    public void Evaluation_repeats_what_training_measured()
    {
        JsonElement metrics = JsonDocument.Parse(File.ReadAllText(Path.Combine(TrainedFolder.Path, "metrics.json"))).RootElement;
        // Another batch size pads the last batch differently, which no result may depend on.
        JsonElement result = CommandRun.Json("eval", TrainedFolder.Path, "--device", "cpu", "--batch", "5", "--json");
        // The model is that of the best epoch.
        JsonElement best = metrics.GetProperty("epochs").EnumerateArray().OrderByDescending(e => e.GetProperty("test_accuracy").GetDouble())
            .ThenBy(e => e.GetProperty("test_loss").GetDouble()).First();
        Assert.That(result.GetProperty("accuracy").GetDouble(), Is.EqualTo(best.GetProperty("test_accuracy").GetDouble()));
        Assert.That(result.GetProperty("loss").GetDouble(), Is.EqualTo(best.GetProperty("test_loss").GetDouble()).Within(1e-5));
        Assert.That(result.GetProperty("images").GetInt32(), Is.EqualTo(12));
        JsonElement[] classes = [.. result.GetProperty("classes").EnumerateArray()];
        Assert.That(classes.Select(c => c.GetProperty("name").GetString()), Is.EqualTo(ShapesSource.ClassNames));
        Assert.That(classes.Sum(c => c.GetProperty("images").GetInt32()), Is.EqualTo(12));
        Assert.That(classes.Sum(c => c.GetProperty("correct").GetInt32()) / 12.0, Is.EqualTo(result.GetProperty("accuracy").GetDouble()));
    }

    [Test]
    public void Evaluation_takes_other_data_and_prints_a_table()
    {
        string output = CommandRun.Of("eval", TrainedFolder.Path, "--data", "shapes:train=1,test=3", "--device", "cpu")
            .RequirePlain().Output;
        Assert.That(output, Does.Contain("crescent").And.Contain("shapes test: 3 images, accuracy "));
    }

    [Test]
    public void Prediction_sees_in_a_file_what_evaluation_sees_in_the_data()
    {
        using var folder = new TempFolder();
        ImageDataset test = ((MemoryImages)Datasets.Open(TrainedFolder.Data)).TestImages;
        string[] files = [.. Enumerable.Range(0, test.Count).Select(i => folder.File($"{i}.png"))];
        for (int i = 0; i < files.Length; i++)
            new Image(32, 32, test.Image(i).ToArray()).Save(files[i]);
        JsonElement result = CommandRun.Json(["predict", TrainedFolder.Path, .. files, "--top", "10", "--device", "cpu", "--json"]);
        JsonElement[] images = [.. result.GetProperty("images").EnumerateArray()];
        Assert.That(images.Select(i => i.GetProperty("file").GetString()), Is.EqualTo(files));
        double loss = 0;
        for (int i = 0; i < images.Length; i++)
        {
            JsonElement[] predictions = [.. images[i].GetProperty("predictions").EnumerateArray()];
            double[] probabilities = [.. predictions.Select(p => p.GetProperty("probability").GetDouble())];
            Assert.That(probabilities, Is.Ordered.Descending);
            Assert.That(probabilities.Sum(), Is.EqualTo(1).Within(1e-9));
            JsonElement right = predictions.Single(p => p.GetProperty("index").GetInt32() == test.Labels[i]);
            Assert.That(right.GetProperty("class").GetString(), Is.EqualTo(test.ClassNames[test.Labels[i]]));
            loss -= Math.Log(right.GetProperty("probability").GetDouble()) / images.Length;
        }
        JsonElement evaluation = CommandRun.Json("eval", TrainedFolder.Path, "--device", "cpu", "--json");
        Assert.That(loss, Is.EqualTo(evaluation.GetProperty("loss").GetDouble()).Within(1e-5));
    }

    [Test]
    public void Pictures_of_any_size_are_fitted()
    {
        using var folder = new TempFolder();
        new Image(40, 75).Save(folder.File("wide.ppm"));
        new Image(5, 3).Save(folder.File("tiny.png"));
        string output = CommandRun.Of(
            "predict", TrainedFolder.Path, folder.File("wide.ppm"), folder.File("tiny.png"), "--top", "2", "--device", "cpu")
            .RequirePlain().Output;
        Assert.That(output, Does.Contain("wide.ppm").And.Contain("tiny.png").And.Contain(" %"));
    }

    [Test]
    public void Files_that_are_no_pictures_are_told()
    {
        using var folder = new TempFolder();
        string text = folder.Write("text.png", "no picture"u8.ToArray());
        CommandRun.Of("predict", TrainedFolder.Path, folder.File("missing.png"), "--device", "cpu").RequireFailure(1, "missing.png");
        CommandRun.Of("predict", TrainedFolder.Path, text, "--device", "cpu")
            .RequireFailure(1, "expected a JPEG, PNG, WebP, BMP, GIF or binary PPM picture");
    }
}
