using NUnit.Framework;

namespace GpuNet.Tests.Network;

/// <summary>Parameter counts and multiply-accumulates of the published models, exact.</summary>
[TestFixture]
internal sealed class ModelTests
{
    [TestCase(0.25f, 1_519_112, 37.20)]
    [TestCase(0.35f, 1_677_128, 59.29)]
    [TestCase(0.5f, 1_968_680, 97.13)]
    [TestCase(0.75f, 2_636_424, 209.07)]
    [TestCase(1.0f, 3_504_872, 300.77)]
    [TestCase(1.3f, 5_386_792, 509.37)]
    [TestCase(1.4f, 6_108_776, 582.20)]
    public void MobileNetV2_has_the_published_size(float width, long parameters, double macs) =>
        Check(new ModelSpec("mobilenetv2") { Width = width }, parameters, macs);

    [TestCase("efficientnet-b0", 224, 5_288_548, 385.81)]
    [TestCase("efficientnet-b1", 240, 7_794_184, 686.80)]
    [TestCase("efficientnet-b2", 260, 9_109_994, 993.56)]
    [TestCase("efficientnet-b3", 300, 12_233_232, 1827.14)]
    [TestCase("efficientnet-b4", 380, 19_341_616, 4393.77)]
    [TestCase("efficientnet-b5", 456, 30_389_784, 10266.38)]
    [TestCase("efficientnet-b6", 528, 43_040_704, 19067.59)]
    [TestCase("efficientnet-b7", 600, 66_347_960, 37745.88)]
    public void EfficientNet_has_the_published_size(string name, int size, long parameters, double macs) =>
        Check(new ModelSpec(name) { ImageHeight = size, ImageWidth = size }, parameters, macs);

    [Test]
    public void MobileNetV2_for_small_images_keeps_the_early_resolution()
    {
        Graph graph = new ModelSpec("mobilenetv2") { Width = 0.5f, Classes = 10, ImageHeight = 32, ImageWidth = 32 }.Build(1);
        Assert.That(graph.ParameterCount, Is.EqualTo(700_490));
        Assert.That(graph.Nodes.Single(n => n.Name == "features.0.0").Output.Shape, Is.EqualTo(new Shape(1, 32, 32, 16)));
        Assert.That(graph.Nodes.Single(n => n.Name == "features.18.0").Output.Shape.H, Is.EqualTo(4));
    }

    [Test]
    public void Wrong_specifications_are_refused()
    {
        Assert.That(() => new ModelSpec("lenet").Build(1), Throws.TypeOf<GpuNetException>().With.Message.Contains("mobilenetv2"));
        Assert.That(() => new ModelSpec("mobilenetv2").Build(0), Throws.TypeOf<GpuNetException>().With.Message.Contains("Batch"));
        Assert.That(() => (new ModelSpec("mobilenetv2") { Width = float.NaN }).Build(1), Throws.TypeOf<GpuNetException>());
        Assert.That(() => (new ModelSpec("mobilenetv2") { Classes = 1 }).Build(1), Throws.TypeOf<GpuNetException>());
    }

    private static void Check(ModelSpec spec, long parameters, double macs)
    {
        Graph graph = spec.Build(1);
        Assert.That(graph.ParameterCount, Is.EqualTo(parameters));
        Assert.That(Math.Round(graph.Macs / 1e6, 2), Is.EqualTo(macs));
    }
}
