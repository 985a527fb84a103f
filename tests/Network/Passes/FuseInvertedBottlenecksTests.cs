using GpuNet.Kernels;
using GpuNet.Tests.Data;
using NUnit.Framework;

namespace GpuNet.Tests.Network.Passes;

/// <summary>Which blocks become one operator, and that a training step stays the same.</summary>
[TestFixture, Parallelizable]
internal sealed class FuseInvertedBottlenecksTests
{
    private static IEnumerable<string> KernelDevices => ["simulator 4x16", .. TestDevices.Interpreted];

    private static ModelSpec Spec => new("mobilenetv2") { Width = 0.25f, Classes = 7, ImageHeight = 32, ImageWidth = 40 };

    [Test]
    public void Every_block_of_MobileNetV2_is_one_operator()
    {
        Graph graph = new ModelSpec("mobilenetv2").Build(2), fused = FuseInvertedBottlenecks.ForTraining(graph, TestDevices.Get("cpu"));
        InvertedBottleneck[] blocks = [.. fused.Nodes.Select(n => n.Operator).OfType<InvertedBottleneck>()];
        Assert.That(blocks, Has.Length.EqualTo(17));
        Assert.That(blocks.Count(b => b.Residual), Is.EqualTo(10));
        Assert.That(blocks.Count(b => b.Expands), Is.EqualTo(16));
        Assert.That(fused.Nodes,
            Has.Count.EqualTo(17 + 2 + 2 + graph.Nodes.Count(n => n.Operator is GlobalAveragePool or Dropout or Linear)));
        Assert.That(fused.Macs, Is.EqualTo(graph.Macs));
        Assert.That(fused.Nodes.SelectMany(n => n.ParameterNames), Is.EqualTo(graph.Nodes.SelectMany(n => n.ParameterNames)));
    }

    [Test]
    public void Inference_takes_the_blocks_whose_hidden_tensor_is_large()
    {
        Graph fused = FuseInvertedBottlenecks.ForInference(new ModelSpec("mobilenetv2").Build(2));
        InvertedBottleneck[] blocks = [.. fused.Nodes.Select(n => n.Operator).OfType<InvertedBottleneck>()];
        Assert.That(blocks, Has.Length.EqualTo(14), "the last three have 7x7x960 hidden values");
        Assert.That(blocks.Select(b => b.ForInference), Has.All.True);
    }

    [Test]
    public void Blocks_with_something_in_between_stay([Values] bool stochasticDepth)
    {
        var net = new NetworkBuilder(new Shape(2, 4, 4, 8));
        net.Output(net.InvertedResidual("block", net.Input, new InvertedResidual(2, 8, 3, 1, ActivationKind.Silu)
        {
            SqueezeRatio = stochasticDepth ? 0 : 0.25f,
            DropRate = stochasticDepth ? 0.5f : 0,
        }));
        Graph fused = FuseInvertedBottlenecks.ForTraining(net.Graph, TestDevices.Get("cpu"));
        Assert.That(fused.Nodes.Count(n => n.Operator is InvertedBottleneck), Is.EqualTo(stochasticDepth ? 1 : 0));
        Assert.That(fused.Nodes.Count(n => n.Operator is Add), Is.EqualTo(1), "the residual is added behind stochastic depth");
    }

    [TestCase(PlanMode.Training)]
    [TestCase(PlanMode.Gradients)]
    public void A_step_gives_the_same_loss_gradients_and_statistics(PlanMode mode)
    {
        (Dictionary<string, float[]> fused, int fewer) = Step(Spec.BuildWithLoss(8), mode);
        (Dictionary<string, float[]> plain, int all) = Step(Apart(), mode);
        Assert.That(all - fewer, Is.EqualTo((16 * 5) + 3 + 12), "five nodes of a block, three of the first, and the sums");
        // Some fifty norms divide by deviations of few values, and many a sum is zero but for rounding: how much rounding matters is
        // measured, by images that are moved by as much as fifty layers round.
        (Dictionary<string, float[]> moved, _) = Step(Apart(), mode, noise: 2e-6f);
        foreach ((string name, float[] expected) in plain)
        {
            double within = (4 * Distance(moved[name], expected)) + (1e-5 * Distance(new float[expected.Length], expected)) + 1e-7;
            Assert.That(Distance(fused[name], expected), Is.LessThan(within), name);
        }
    }

    // Tensors of this size are written around the caches.
    [Test]
    public void Very_large_hidden_tensors_are_trained_alike()
    {
        Graph Block(bool apart)
        {
            var net = new NetworkBuilder(new Shape(6, 112, 112, 4));
            Value y = net.InvertedResidual("block", net.Input, new InvertedResidual(16, 4, 3, 1, ActivationKind.Silu));
            net.CrossEntropyLoss(net.Linear("classifier", net.GlobalAveragePool("pool", y), 3, Initializer.Uniform(0.5f)));
            foreach (Node node in net.Graph.Nodes.Where(n => apart && n.Operator is DepthwiseConv).ToArray())
                net.Graph.MarkOutput(node.Name, node.Output);
            return net.Graph;
        }

        (Dictionary<string, float[]> fused, int fewer) = Step(Block(apart: false), PlanMode.Training);
        (Dictionary<string, float[]> plain, int all) = Step(Block(apart: true), PlanMode.Training);
        Assert.That(all - fewer, Is.EqualTo(6));
        foreach ((string name, float[] expected) in plain)
        {
            Assert.That(Distance(fused[name], expected), Is.LessThan((1e-4 * Distance(new float[expected.Length], expected)) + 1e-7),
                name);
        }
    }

    [TestCaseSource(nameof(KernelDevices))]
    public void Devices_that_run_kernels_take_blocks_whose_parts_run_by_tiles(string deviceName)
    {
        Graph graph = new ModelSpec("mobilenetv2").Build(8);
        string[] Blocks(Device device) =>
            [.. FuseInvertedBottlenecks.ForTraining(graph, device).Nodes.Select(n => n.Operator).OfType<InvertedBottleneck>()
            .Select(b => b.Choose(device).Name)];
        Device device = TestDevices.Get(deviceName);
        using Device plain =
            Device.Open("simulator", new DeviceOptions { PlainKernels = true, UseTuning = false, Loader = device.Options.Loader });
        Assert.That(Blocks(plain), Is.Empty, "plain kernels are one operator each");
        Assert.That(Blocks(device), Is.EqualTo(TestDevices.IsInterpreted(device) ? Enumerable.Repeat("Fused", 17) : []));
        var thin = new InvertedBottleneck(new Shape(1, 7, 7, 16), 256, 64, new Window(3), ActivationKind.Relu6);
        Assert.That(thin.GainsOn(device), Is.False, "the depth of its products is split");
    }

    // Once by what a tuning file says, since few of these pixels pay by rule.
    [TestCase(PlanMode.Training)]
    [TestCase(PlanMode.Gradients)]
    public void A_step_by_kernels_gives_the_same_loss_gradients_and_statistics(PlanMode mode)
    {
        using var folder = new TempFolder();
        DeviceOptions options = TestDevices.Get(KernelDevices.Last()).Options;
        using Device device = Device.Open("simulator", options with { UseTuning = true, TuningPath = folder.File("tuning.json") });
        Graph graph = Small(apart: false);
        IEnumerable<Operator> all = FuseInvertedBottlenecks.ForTraining(graph, TestDevices.Get("cpu")).Nodes.Select(n => n.Operator);
        foreach (InvertedBottleneck block in all.OfType<InvertedBottleneck>())
            device.Tuning!.Remember(block.TuningKey(DirectionSet.Both), block.Choice(block.Candidates.Single(c => c.Name == "Fused"), 1));
        (Dictionary<string, float[]> fused, int fewer) = Step(graph, mode, device: device);
        (Dictionary<string, float[]> composed, int more) = Step(Small(apart: true), mode, device: device);
        Assert.That(more - fewer, Is.EqualTo(3 + 6 + 5));
        (Dictionary<string, float[]> moved, _) = Step(Small(apart: true), mode, noise: 2e-6f, device: device);
        foreach ((string name, float[] expected) in composed)
        {
            double within = (4 * Distance(moved[name], expected)) + (1e-5 * Distance(new float[expected.Length], expected)) + 1e-7;
            Assert.That(Distance(fused[name], expected), Is.LessThan(within), name);
        }
    }

    // The blocks of MobileNetV2: one that does not expand, one with a residual, one that halves the image.
    private static Graph Small(bool apart)
    {
        var net = new NetworkBuilder(new Shape(3, 8, 7, 8));
        Value y = net.InvertedResidual("first", net.Input, new InvertedResidual(1, 12, 3, 1, ActivationKind.Relu6));
        y = net.InvertedResidual("second", y, new InvertedResidual(3, 12, 3, 1, ActivationKind.Relu6));
        y = net.InvertedResidual("third", y, new InvertedResidual(3, 20, 5, 2, ActivationKind.Relu6));
        net.CrossEntropyLoss(net.Linear("classifier", net.GlobalAveragePool("pool", y), 3, Initializer.Uniform(0.5f)));
        foreach (Node node in net.Graph.Nodes.Where(n => apart && n.Operator is DepthwiseConv).ToArray())
            net.Graph.MarkOutput(node.Name, node.Output);
        return net.Graph;
    }

    // A value that is given out is not merged away.
    private static Graph Apart()
    {
        Graph graph = Spec.BuildWithLoss(8);
        foreach (Node node in graph.Nodes.Where(n => n.Operator is DepthwiseConv).ToArray())
            graph.MarkOutput(node.Name, node.Output);
        return graph;
    }

    private static double Distance(float[] a, float[] b) => Math.Sqrt(a.Zip(b, (x, y) => Math.Pow((double)x - y, 2)).Sum());

    // Loss, gradients of the input and all parameters, and what the parameters are afterwards.
    private static (Dictionary<string, float[]> Results, int Nodes) Step(
        Graph graph, PlanMode mode, float noise = 0, Device? device = null)
    {
        using var parameters = new ParameterStore(graph, device ?? TestDevices.Get("cpu"), withGradients: true);
        parameters.Initialize(3);
        Value input = graph.Inputs["input"];
        using var plan = new Plan(graph, parameters, mode, input);
        var random = new Random(5);
        plan.Input("input").Upload([.. Enumerable.Range(0, (int)input.Shape.Elements)
            .Select(i => ((random.NextSingle() * 2) - 1) * (1 + (noise * ((i % 3) - 1))))]);
        plan.Input("labels").Upload(((int[])[1, 2, 0, 2, 1, 0, 5, 4]).AsSpan(0, input.Shape.N));
        plan.Forward(seed: 9);
        plan.Backward();
        var results = new Dictionary<string, float[]>
        {
            ["loss"] = plan.Output("loss").ToArray(),
            ["dinput"] = plan.Gradient(input).ToArray(),
        };
        foreach (string name in parameters.Names)
        {
            results.Add(name, parameters[name].ToArray());
            if (parameters.Spec(name).IsTrained)
                results.Add("d" + name, parameters.Gradient(name).ToArray());
        }
        return (results, plan.RunGraph.Nodes.Count);
    }
}
