using GpuNet.Kernels;
using NUnit.Framework;

namespace GpuNet.Tests.Network.Passes;

[TestFixture, Parallelizable]
internal sealed class StoreBfloat16Tests
{
    private static IEnumerable<string> Devices => TestDevices.Bfloat16;

    // Three digits are left of a value, and errors of some twenty layers add up like a random walk.
    private const double Tolerance = 0.05;

    [Test]
    public void All_that_convolutions_hand_on_is_stored_in_half_the_memory()
    {
        Graph graph = new ModelSpec("mobilenetv2") { ImageHeight = 64, ImageWidth = 64 }.Build(2);
        using var parameters = new ParameterStore(graph, TestDevices.Get("simulator 4x16 bfloat16"), withGradients: false);
        using var plan = new Plan(graph, parameters, PlanMode.Inference);
        Value[] stored = [.. plan.RunGraph.Values.Where(v => v.Type == ElementType.Bfloat16)];
        Assert.That(stored, Has.Length.EqualTo(52), "as many as convolutions");
        Assert.That(plan.RunGraph.Nodes.Where(n => n.Operator is DepthwiseConv).Select(n => ((DepthwiseConv)n.Operator).Storage),
            Is.All.EqualTo(new Storage(ElementType.Bfloat16, ElementType.Bfloat16)));
        using var floats = new ParameterStore(graph, TestDevices.Get("simulator 4x16"), withGradients: false);
        using var plain = new Plan(graph, floats, PlanMode.Inference);
        // The widest moment of the network: the first expansion and what it is made of, [2x32x32x96] and [2x32x32x16].
        Assert.That(plain.Bytes - plan.Bytes, Is.EqualTo(2 * 32 * 32 * (96 + 16) * sizeof(float) / 2).Within(20).Percent);
    }

    [Test]
    public void What_others_read_and_what_is_no_multiple_of_four_stays_float32()
    {
        var net = new NetworkBuilder(new Shape(1, 4, 4, 4));
        Value odd = net.Conv("odd", net.Input, 6, new Window(1));
        Value read = net.Conv("read", odd, 8, new Window(1));
        Value sum = net.Add("sum", read, net.Conv("branch", net.Activation("relu", read, ActivationKind.Relu), 8, new Window(1)));
        Value last = net.Conv("last", sum, 8, new Window(1));
        net.Output(net.Conv("head", last, 4, new Window(1)));
        Graph graph = StoreBfloat16.Apply(net.Graph);
        Assert.That(graph.Nodes.Where(n => n.Output.Type == ElementType.Bfloat16).Select(n => n.Name), Is.EqualTo((string[])["last"]));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_residual_and_what_it_is_added_to_are_stored_alike(bool outputIsRead)
    {
        var net = new NetworkBuilder(new Shape(1, 4, 4, 4));
        Value x = net.Conv("first", net.Input, 8, new Window(1));
        Value y = net.Add("sum", x, net.Conv("second", x, 8, new Window(1)));
        net.Output(net.Conv("last", outputIsRead
            ? net.Activation("silu", net.Activation("relu", y, ActivationKind.Relu), ActivationKind.Silu) : y, 4, new Window(1)));
        Graph graph = StoreBfloat16.Apply(FuseResidual.Apply(net.Graph));
        Node second = graph.Nodes.Single(n => n.Name == "second");
        ElementType expected = outputIsRead ? ElementType.Float32 : ElementType.Bfloat16;
        Assert.That((second.Inputs[0].Type, second.Inputs[1].Type, second.Output.Type), Is.EqualTo((expected, expected, expected)));
    }

    [Test]
    public void Models_give_what_they_give_in_float32(
        [ValueSource(nameof(Devices))] string deviceName, [Values("mobilenetv2", "efficientnet-b0")] string model)
    {
        Graph graph = new ModelSpec(model) { Width = 0.1f, Classes = 5, ImageHeight = 24, ImageWidth = 24 }.Build(2);
        float[] expected = Run(graph, "cpu"), actual = Run(graph, deviceName);
        double scale = expected.Max(MathF.Abs);
        for (int i = 0; i < expected.Length; i++)
            Assert.That(actual[i], Is.EqualTo(expected[i]).Within(Tolerance * scale), $"element {i}");
        Assert.That(actual, Is.Not.EqualTo(expected));
    }

    [Test]
    public void Training_keeps_float32()
    {
        Device device = TestDevices.Get("simulator 4x16 bfloat16");
        Graph graph = new ModelSpec("mobilenetv2") { Width = 0.1f, Classes = 3, ImageHeight = 16, ImageWidth = 16 }.BuildWithLoss(2);
        Assert.That(Plan.Rewrite(graph, PlanMode.Training, device).Values.Select(v => v.Type), Has.None.EqualTo(ElementType.Bfloat16));
    }

    [Test]
    public void Host_code_says_that_it_keeps_float32() => Assert.That(
        () => Device.Open("cpu", new DeviceOptions { Precision = Precision.Bfloat16 }),
        Throws.TypeOf<GpuNetException>().With.Message.Contains("bfloat16 takes a device that runs kernels"));

    [Test]
    public void A_value_of_another_type_is_refused()
    {
        var graph = new Graph();
        Value input = graph.Input("input", new Shape(1, 2, 2, 4));
        var op = new PointwiseConv(new Shape(1, 2, 2, 4), 4) { Storage = new Storage(ElementType.Bfloat16, ElementType.Float32) };
        Assert.That(() => graph.Add("conv", op, input),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("type of input 0: expected Bfloat16, got Float32"));
    }

    [Test]
    public void Nothing_on_a_host_runs_it()
    {
        var op = new PointwiseConv(new Shape(1, 2, 2, 4), 4) { Storage = new Storage(ElementType.Bfloat16, ElementType.Float32) };
        Assert.That(() => op.Bind(TestDevices.Get("cpu")),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("nothing runs it on device cpu"));
    }

    private static float[] Run(Graph graph, string deviceName)
    {
        using var parameters = new ParameterStore(graph, TestDevices.Get(deviceName), withGradients: false);
        parameters.Initialize(7);
        using var plan = new Plan(graph, parameters, PlanMode.Inference);
        var random = new Random(1);
        plan.Input("input").Upload(
            [.. Enumerable.Range(0, (int)graph.Inputs["input"].Shape.Elements).Select(_ => (random.NextSingle() * 2) - 1)]);
        plan.Forward();
        return plan.Output(graph.Outputs.Keys.Single()).ToArray();
    }
}
