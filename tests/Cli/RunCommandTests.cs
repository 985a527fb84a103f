using GpuNet.Tests.Data;
using NUnit.Framework;

namespace GpuNet.Tests.Cli;

public sealed class RunCommandTests
{
    private const int Images = 3, Classes = 10, Length = 3 * 16 * 20;

    private TempFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void Both_orders_of_the_input_give_the_same_output()
    {
        float[] nchw = Pixels(), nhwc = new float[nchw.Length];
        TensorLayout.ToChannelsLast(nchw, new Shape(Images, 16, 20, 3), nhwc);
        WriteInput("first", "input", [Images, 3, 16, 20], nchw);
        WriteInput("last", "input_nhwc", [Images, 16, 20, 3], nhwc);
        Run("--input", folder.File("first"), "--output", folder.File("y1"));
        Run("--input", folder.File("last"), "--output", folder.File("y2"));
        Assert.That(Read("y1", "output"), Has.Length.EqualTo(Images * Classes).And.EqualTo(Read("y2", "output")));
        using SafetensorsFile file = SafetensorsFile.Read(folder.File("y1"));
        Assert.That(file["output"].Shape, Is.EqualTo(new long[] { Images, Classes }));
        Assert.That(file.TryFind("loss", out _), Is.False);
    }

    [Test]
    public void Gradients_are_those_of_the_loss()
    {
        float[] pixels = Pixels();
        int[] labels = [3, 0, 9];
        WriteLabels(3, 0, 9);
        WriteInput("x", "input", [Images, 3, 16, 20], pixels);
        Run("--labels", folder.File("labels"), "--output", folder.File("y"), "--input", folder.File("x"), "--gradients", folder.File("g"));
        float[] logits = Read("y", "output");
        Assert.That(Read("y", "loss")[0], Is.EqualTo(MeanCrossEntropy(logits, labels, Classes)).Within(1e-5));

        // The classifier's bias sees softmax minus target, averaged over the images.
        var expected = new double[Classes];
        for (int n = 0; n < Images; n++)
        {
            float[] row = logits[(n * Classes)..((n + 1) * Classes)];
            double sum = row.Sum(v => Math.Exp(v));
            for (int k = 0; k < Classes; k++)
                expected[k] += ((Math.Exp(row[k]) / sum) - (labels[n] == k ? 1 : 0)) / Images;
        }
        Assert.That(Read("g", "classifier.1.bias").Select(v => (double)v), Is.EqualTo(expected).Within(1e-5));
        using (SafetensorsFile file = SafetensorsFile.Read(folder.File("g")))
        {
            Assert.That(file["features.0.0.weight"].Shape, Is.EqualTo(new long[] { 8, 3, 3, 3 }));
            Assert.That(file["input"].Shape, Is.EqualTo(new long[] { Images, 3, 16, 20 }));
            Assert.That(file.TryFind("features.0.1.running_mean", out _), Is.False);
        }
    }

    [Test]
    public void Training_takes_statistics_of_the_batch_and_drops_as_told()
    {
        WriteInput("x", "input", [Images, 3, 16, 20], Pixels());
        string[] common = ["--input", folder.File("x"), "--output", folder.File("y")];
        float[] Output(params string[] more)
        {
            Run([.. common, .. more]);
            return Read("y", "output");
        }

        float[] inference = Output(), training = Output("--train"), dropped = Output("--train", "--dropout", "0.2", "--seed", "7");
        Assert.That(training, Is.Not.EqualTo(inference));
        Assert.That(Output("--train", "--dropout", "0", "--seed", "5"), Is.EqualTo(training));
        Assert.That(dropped, Is.Not.EqualTo(training));
        Assert.That(Output("--train", "--dropout", "0.2", "--seed", "7"), Is.EqualTo(dropped));
        Assert.That(Output("--train", "--dropout", "0.2", "--seed", "8"), Is.Not.EqualTo(dropped));
    }

    [Test]
    public void Results_never_take_the_place_of_what_they_came_from()
    {
        WriteInput("x", "input", [Images, 3, 16, 20], Pixels());
        WriteLabels([.. new long[Images]]);
        byte[] before = File.ReadAllBytes(folder.File("x"));
        CommandRun onto = Call("--input", folder.File("x"), "--output", folder.File("x"));
        CommandRun twice = Call(
            "--input", folder.File("x"), "--output", folder.File("y"), "--labels", folder.File("labels"), "--gradients", folder.File("y"));
        Assert.That((onto.Code, twice.Code), Is.EqualTo((2, 2)), onto.Error + twice.Error);
        Assert.That(File.ReadAllBytes(folder.File("x")), Is.EqualTo(before));
    }

    [Test]
    public void What_does_not_fit_is_told()
    {
        WriteInput("x", "input", [Images, 3, 16, 20], Pixels());
        WriteInput("flat", "input", [Images, Length], Pixels());
        WriteInput("named", "images", [Images, 3, 16, 20], Pixels());
        WriteLabels(1, 2, 10);
        Fail("expected four extents", "--input", folder.File("flat"));
        Fail("expected a tensor input", "--input", folder.File("named"));
        Fail("label of image 2: expected 0 to 9, got 10", "--input", folder.File("x"), "--labels", folder.File("labels"));
        Fail("classifier.1", "--input", folder.File("x"), "--classes", "7");
        WriteLabels(1, 2);
        Fail("expected a label for each of the 3 images, got 2", "--input", folder.File("x"), "--labels", folder.File("labels"));
    }

    private static void Run(params string[] args) => Call(args).RequirePlain();

    private void Fail(string part, params string[] args) => Call([.. args, "--output", folder.File("y")]).RequireFailure(1, part);

    private static CommandRun Call(params string[] args) => CommandRun.Of(
    [
        "run", "--model", "mobilenetv2", "--width", "0.1", "--device", "cpu",
        "--weights", Path.Combine(TrainedFolder.Path, "model.safetensors"), .. args,
    ]);

    private static float[] Pixels()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, Images * Length).Select(_ => (2 * random.NextSingle()) - 1)];
    }

    private void WriteInput(string file, string name, long[] shape, float[] values)
    {
        var writer = new SafetensorsWriter();
        writer.Add(name, shape, values);
        writer.Save(folder.File(file));
    }

    private void WriteLabels(params long[] labels)
    {
        var writer = new SafetensorsWriter();
        writer.Add("labels", [labels.Length], labels);
        writer.Save(folder.File("labels"));
    }

    private float[] Read(string file, string name)
    {
        using SafetensorsFile tensors = SafetensorsFile.Read(folder.File(file));
        return tensors.ReadFloats(name);
    }

    private static double MeanCrossEntropy(float[] logits, int[] labels, int classes) => labels.Select((label, i) =>
    {
        double[] scores = [.. logits.Skip(i * classes).Take(classes).Select(s => (double)s)];
        return Math.Log(scores.Sum(Math.Exp)) - scores[label];
    }).Average();
}
