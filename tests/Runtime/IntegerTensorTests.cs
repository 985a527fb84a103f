using NUnit.Framework;

namespace GpuNet.Tests.Runtime;

[TestFixture, Parallelizable]
internal sealed class IntegerTensorTests
{
    // Among them what as floats would be no numbers, infinite and subnormal.
    private static readonly int[] Values = [0, 1, -1, 255, int.MaxValue, int.MinValue, 0x7F800000, 0x7FC00001, 0x7F800001];

    [Test]
    public void Bits_stay_as_they_are([ValueSource(typeof(TestDevices), nameof(TestDevices.All))] string deviceName)
    {
        using Arena arena = Unwritten.Arena(TestDevices.Get(deviceName), 1024);
        Tensor tensor = arena.At(256, Shape.Vector(Values.Length), integers: true);
        tensor.Upload(Values);
        var back = new int[Values.Length];
        tensor.Reshape(new Shape(Values.Length, 1, 1, 1)).Slice(0, Shape.Vector(Values.Length)).Download(back);
        Assert.That(back, Is.EqualTo(Values));
    }

    [Test]
    public void Integers_and_floats_are_not_mixed_up()
    {
        using Arena arena = Unwritten.Arena(TestDevices.Get("cpu"), 1024);
        Tensor integers = arena.At(0, Shape.Vector(3), integers: true), floats = arena.At(256, Shape.Vector(3));
        Assert.That(() => integers.Upload([1f, 2, 3]), Throws.TypeOf<GpuNetException>().With.Message.Contains("got floats"));
        Assert.That(() => integers.Upload([1, 2]), Throws.TypeOf<GpuNetException>().With.Message.Contains("takes 3 values"));
        Assert.That(integers.ToArray, Throws.TypeOf<GpuNetException>());
        Assert.That(() => floats.Download(new int[3]), Throws.TypeOf<GpuNetException>());
        // Whole numbers for floats are floats.
        floats.Upload([1, -2, 3]);
        Assert.That(floats.ToArray(), Is.EqualTo((float[])[1, -2, 3]));
    }

    [Test]
    public void An_input_of_a_graph_is_of_floats_or_integers()
    {
        var graph = new Graph();
        Assert.That(() => graph.Input("x", Shape.Vector(4), ElementType.Bfloat16),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("Float32 or Int32"));
        Value labels = graph.Input("labels", Shape.Vector(1));
        Value logits = graph.Input("logits", Shape.Vector(4));
        Assert.That(() => graph.Add("loss", new GpuNet.Kernels.SoftmaxCrossEntropy(logits.Shape), logits, labels),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("type of input 1: expected Int32, got Float32"));
    }
}
