using System.Text.Json;
using GpuNet.Kernels;
using GpuNet.Tests.Data;
using GpuNet.Tests.Golden;
using NUnit.Framework;

namespace GpuNet.Tests.Cli;

/// <summary>The command <c>run</c> on PyTorch's weights and images, against PyTorch's results.</summary>
public sealed class RunCommandGoldenTests
{
    private const int Batch = 8, Side = 32;

    private TempFolder folder = null!;
    private GoldenFile golden = null!;

    [SetUp]
    public void WriteWeights()
    {
        folder = new TempFolder();
        golden = new GoldenFile("mobilenetv2_steps");
        Graph graph = new ModelSpec("mobilenetv2") { Width = 0.1f, Classes = 10, ImageHeight = Side, ImageWidth = Side }.Build(1);
        var weights = new SafetensorsWriter();
        foreach ((string name, ParameterSpec spec) in graph.Nodes.SelectMany(n => n.Parameters))
            weights.Add(name, TensorLayout.FileShape(spec), golden.Floats(name));
        weights.Save(folder.File("w"));
        var labels = new SafetensorsWriter();
        labels.Add("labels", [Batch], golden.Integers("steps.labels").AsMemory(0, Batch));
        labels.Save(folder.File("labels"));
        WriteImages("x", Images());
    }

    [TearDown]
    public void RemoveFolder()
    {
        golden.Dispose();
        folder.Dispose();
    }

    [Test]
    public void Outputs_at_inference_and_in_training_match()
    {
        Run("--input", folder.File("x"), "--output", folder.File("y"));
        Assert.That(Read("y", "output"), Is.EqualTo(golden.Floats("steps.eval_output")).Within(1e-5));
        Run("--input", folder.File("x"), "--output", folder.File("y"), "--labels", folder.File("labels"), "--train", "--dropout", "0");
        Assert.That(Read("y", "output"), Is.EqualTo(golden.Floats("steps.train_output")).Within(1e-4));
        Assert.That(Read("y", "loss")[0], Is.EqualTo(golden.Floats("steps.losses")[0]).Within(1e-5));
    }

    [Test]
    public void Gradients_of_a_training_step_match()
    {
        Run("--input", folder.File("x"), "--output", folder.File("y"), "--labels", folder.File("labels"), "--gradients", folder.File("g"),
            "--train", "--dropout", "0");
        string[] names = JsonSerializer.Deserialize<string[]>(golden.Settings("parameters").GetRawText())!;
        float[] norms = golden.Floats("steps.gradient_norms");
        for (int i = 0; i < names.Length; i++)
            Assert.That(Math.Sqrt(Square(Read("g", names[i]))), Is.EqualTo(norms[i]).Within(1e-5 + (1e-3 * norms[i])), names[i]);
    }

    [Test]
    public void Gradient_of_the_images_is_the_slope_of_the_loss()
    {
        // At inference these weights pass hardly anything on: their running statistics are those of no data.
        string[] common = ["--output", folder.File("y"), "--labels", folder.File("labels"), "--train", "--dropout", "0"];
        Run([.. common, "--input", folder.File("x"), "--gradients", folder.File("g")]);
        float[] gradient = Read("g", "input"), images = Images();
        double square = Square(gradient), step = 0.01 / Math.Sqrt(square), difference = 0;
        foreach (int sign in new[] { 1, -1 })
        {
            WriteImages("moved", [.. images.Zip(gradient, (x, g) => (float)(x + (sign * step * g)))]);
            Run([.. common, "--input", folder.File("moved")]);
            difference += sign * Read("y", "loss")[0] / (2 * step);
        }
        Assert.That(difference, Is.EqualTo(square).Within(0.02 * square));
    }

    private void Run(params string[] args) => CommandRun.Of(
        ["run", "--model", "mobilenetv2", "--width", "0.1", "--keep-resolution", "false", "--weights", folder.File("w"), "--device", "cpu",
        .. args])
        .RequirePlain();

    private void WriteImages(string file, float[] images)
    {
        var writer = new SafetensorsWriter();
        writer.Add("input", [Batch, 3, Side, Side], images);
        writer.Save(folder.File(file));
    }

    private float[] Read(string file, string name)
    {
        using SafetensorsFile tensors = SafetensorsFile.Read(folder.File(file));
        return tensors.ReadFloats(name);
    }

    private static double Square(float[] values) => values.Sum(v => (double)v * v);

    // The hash that PyTorch's images came from, in PyTorch's order.
    private static float[] Images()
    {
        var images = new float[Batch * 3 * Side * Side];
        for (int at = 0; at < images.Length; at++)
        {
            uint i = (uint)at * 2654435761;
            i ^= i >> 15;
            i *= 2246822519;
            i ^= i >> 13;
            images[at] = ((int)(i >> 8) - 8388608) / 8388608f;
        }
        return images;
    }
}
