using System.Globalization;
using GpuNet.Kernels;
using NUnit.Framework;

namespace GpuNet.Tests.Network.Passes;

/// <summary>A plan for inference gives what a plan with gradients gives, which has few passes on a host and none elsewhere.</summary>
[TestFixture, Parallelizable]
internal sealed class PassEquivalenceTests
{
    // Rounding, relative to the largest value, after some twenty layers.
    private const double Tolerance = 2e-5;

    private static IEnumerable<string> Models => ModelCatalog.All.Select(m => m.Name);

    private static IEnumerable<string> KernelDevices => ["simulator 4x16", .. TestDevices.Interpreted];

    [TestCase("cpu", 60)]
    [TestCase("simulator 4x16", 25)]
    [TestCase("simulator 2x2", 5)]
    public void Passes_change_nothing_but_rounding(string device, int rounds)
    {
        int seed = Environment.TickCount;
        for (int round = 0; round < rounds; round++)
        {
            Graph graph = RandomGraph.New(new Random(seed + round));
            int left = Compare(graph, TestDevices.Get(device), new Random(seed),
                string.Create(CultureInfo.InvariantCulture, $"seed {seed + round}"));
            TestContext.Out.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"seed {seed + round}: {graph.Nodes.Count} nodes, {left} left"));
        }
    }

    [TestCaseSource(nameof(Models))]
    public void Models_stay_the_same(string name)
    {
        Graph graph = (new ModelSpec(name) { Width = 0.25f, Classes = 7, ImageHeight = 32, ImageWidth = 32 }).Build(2);
        Compare(graph, TestDevices.Get("cpu"), new Random(1), name);
    }

    [Test]
    public void Blocks_whose_gates_are_made_and_applied_in_passing_stay_the_same(
        [ValueSource(nameof(KernelDevices))] string deviceName, [Values] ActivationKind gate)
    {
        Device device = TestDevices.Get(deviceName);
        var net = new NetworkBuilder(new Shape(2, 5, 4, 3));
        Value x = net.ConvNorm("stem", net.Input, 8, new Window(3, padding: 1), ActivationKind.HardSwish);
        // As in MobileNetV3, with the sum; then one that narrows, as in EfficientNet; then the gate and the sum of SENet.
        Value wide = net.ConvNorm("expand", x, 16, new Window(1), ActivationKind.HardSwish);
        Value y = net.BatchNorm("norm", net.DepthwiseConv("depthwise", wide, new Window(3, padding: 1)), ActivationKind.HardSwish);
        x = net.Add("sum", x,
            net.ConvNorm("project", net.SqueezeExcite("se", y, 6, ActivationKind.Relu, gate), 8, new Window(1), ActivationKind.Identity));
        x = net.ConvNorm("narrow", net.SqueezeExcite("se2", x, 3, ActivationKind.Silu, gate), 5, new Window(1), ActivationKind.Identity);
        Value z = net.SqueezeExcite("se3", net.ConvNorm("conv", x, 5, new Window(3, padding: 1), ActivationKind.Identity), 2, gate: gate);
        net.Output(net.Activation("last", net.Add("sum3", z, x), ActivationKind.Relu));
        Graph graph = InferencePasses.Apply(net.Graph, device);
        Assert.That(graph.Nodes.Count(n => n.Operator is Excitation), Is.EqualTo(3));
        Assert.That(graph.Nodes.Count(n => n.Operator is PointwiseConv { Gated: true }), Is.EqualTo(2));
        Assert.That(graph.Nodes.Count(n => n.Operator is ElementwiseChain), Is.EqualTo(1));
        Compare(net.Graph, device, new Random(1), deviceName);
    }

    [Test]
    public void A_model_of_gated_blocks_stays_the_same_by_kernels([ValueSource(nameof(KernelDevices))] string deviceName)
    {
        Graph graph = (new ModelSpec("efficientnet-b0") { Width = 0.1f, Classes = 3, ImageHeight = 16, ImageWidth = 16 }).Build(2);
        Graph run = InferencePasses.Apply(graph, TestDevices.Get(deviceName));
        Assert.That(run.Nodes.Count(n => n.Operator is Excitation), Is.EqualTo(16));
        Assert.That(run.Nodes.Count(n => n.Operator is PointwiseConv { Gated: true }), Is.EqualTo(16));
        Assert.That(run.Nodes.Where(n => n.Operator is ChannelScale or Activation), Is.Empty);
        Compare(graph, TestDevices.Get(deviceName), new Random(1), deviceName);
    }

    // The hidden tensors of small images are not run by tiles.
    [Test]
    public void A_model_whose_bottlenecks_run_by_tiles_stays_the_same()
    {
        Graph graph = (new ModelSpec("mobilenetv2") { Classes = 7, ImageHeight = 96, ImageWidth = 112 }).Build(2);
        Assert.That(InferencePasses.Apply(graph, TestDevices.Get("cpu")).Nodes
            .Count(n => n.Operator is InvertedBottleneck { ForInference: true }), Is.AtLeast(2));
        Compare(graph, TestDevices.Get("cpu"), new Random(1), "tiles");
    }

    [Test]
    public void Nothing_is_left_of_norms_activations_and_sums_in_the_models([ValueSource(nameof(Models))] string name)
    {
        Graph graph = InferencePasses.Apply(new ModelSpec(name).Build(1));
        Type[] left = [.. graph.Nodes.Select(n => n.Operator.GetType()).Distinct()];
        Assert.That(left, Is.SubsetOf((Type[])
            [typeof(Convolution), typeof(DepthwiseConv), typeof(PointwiseConv), typeof(GlobalAveragePool), typeof(ChannelScale),
                typeof(Linear)]));
        if (name == "mobilenetv2")
            Assert.That(graph.Nodes, Has.Count.EqualTo(52 + 2), "52 convolutions, pooling and the classifier");
    }

    [Test]
    public void Either_graph_makes_the_parameters()
    {
        Graph graph = new ModelSpec("mobilenetv2") { Width = 0.1f, Classes = 3, ImageHeight = 16, ImageWidth = 16 }.Build(1);
        using var plain = new ParameterStore(graph, TestDevices.Get("cpu"), withGradients: false);
        using var fused = new ParameterStore(InferencePasses.Apply(graph), TestDevices.Get("cpu"), withGradients: false);
        Assert.That(fused.Names, Is.EqualTo(plain.Names));
        Assert.That(fused.TrainedBytes, Is.EqualTo(plain.TrainedBytes));
        fused.Initialize(1);
        using var plan = new Plan(graph, fused, PlanMode.Inference);
        plan.Input("input").Clear();
        plan.Forward();
    }

    /// <summary>Compares all outputs and returns how many nodes the passes left.</summary>
    internal static int Compare(Graph graph, Device device, Random random, string what)
    {
        using var parameters = new ParameterStore(graph, device, withGradients: true);
        Fill(parameters, random);
        Value input = graph.Inputs["input"];
        float[] images = [.. Enumerable.Range(0, (int)input.Shape.Elements).Select(_ => (random.NextSingle() * 2) - 1)];
        using var fused = new Plan(graph, parameters, PlanMode.Inference);
        using var plain = new Plan(graph, parameters, PlanMode.Gradients, input);
        foreach (Plan plan in (Plan[])[fused, plain])
        {
            plan.Input("input").Upload(images);
            plan.Forward();
        }
        foreach (string name in graph.Outputs.Keys)
        {
            float[] expected = plain.Output(name).ToArray(), actual = fused.Output(name).ToArray();
            double within = Tolerance * Math.Max(1, expected.Max(MathF.Abs));
            for (int i = 0; i < expected.Length; i++)
                Assert.That(actual[i], Is.EqualTo(expected[i]).Within(within), $"{what}, output {name}, element {i}");
        }
        return fused.RunGraph.Nodes.Count;
    }

    // Statistics, scales and shifts as after training, not as before it.
    private static void Fill(ParameterStore parameters, Random random)
    {
        parameters.Initialize(random.Next());
        foreach (string name in parameters.Names)
        {
            ParameterSpec spec = parameters.Spec(name);
            float center = name.EndsWith("running_var", StringComparison.Ordinal) || spec.Kind == ParameterKind.Norm ? 1 : 0;
            if (!spec.IsWeight)
            {
                parameters[name].Upload(
                    [.. Enumerable.Range(0, (int)spec.Shape.Elements).Select(_ => center + random.NextSingle() - 0.5f)]);
            }
        }
    }
}
