using GpuNet.Kernels;
using GpuNet.Network;
using NUnit.Framework;

namespace GpuNet.Tests.Network.Passes;

/// <summary>Which blocks become one operator, and that a training step stays the same.</summary>
[TestFixture]
internal sealed class FuseInvertedBottlenecksTests
{
    // Rounding, relative to the largest value, after some fifty layers forward and backward, whose norms divide by deviations of few values.
    private const double Tolerance = 1e-3;

    [Test]
    public void Every_block_of_MobileNetV2_is_one_operator()
    {
        Graph graph = new ModelSpec("mobilenetv2").Build(2), fused = FuseInvertedBottlenecks.ForTraining(graph);
        InvertedBottleneck[] blocks = [.. fused.Nodes.Select(n => n.Operator).OfType<InvertedBottleneck>()];
        Assert.That(blocks, Has.Length.EqualTo(17));
        Assert.That(blocks.Count(b => b.Residual), Is.EqualTo(10));
        Assert.That(blocks.Count(b => b.Expands), Is.EqualTo(16));
        Assert.That(fused.Nodes, Has.Count.EqualTo(17 + 2 + 2 + graph.Nodes.Count(n => n.Operator is GlobalAveragePool or Dropout or Linear)));
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
        Graph fused = FuseInvertedBottlenecks.ForTraining(net.Graph);
        Assert.That(fused.Nodes.Count(n => n.Operator is InvertedBottleneck), Is.EqualTo(stochasticDepth ? 1 : 0));
        Assert.That(fused.Nodes.Count(n => n.Operator is Add), Is.EqualTo(1), "the residual is added behind stochastic depth");
    }

    [TestCase(PlanMode.Training)]
    [TestCase(PlanMode.Gradients)]
    public void A_step_gives_the_same_loss_gradients_and_statistics(PlanMode mode)
    {
        var spec = new ModelSpec("mobilenetv2") { Width = 0.25f, Classes = 7, ImageHeight = 32, ImageWidth = 40 };
        (Dictionary<string, float[]> fused, int fewer) = Step(spec.BuildWithLoss(8), mode);
        Graph graph = spec.BuildWithLoss(8);
        // A value that is given out is not merged away.
        foreach (Node node in graph.Nodes.Where(n => n.Operator is DepthwiseConv).ToArray())
            graph.MarkOutput(node.Name, node.Output);
        (Dictionary<string, float[]> plain, int all) = Step(graph, mode);
        Assert.That(all - fewer, Is.EqualTo((16 * 5) + 3 + 12), "five nodes of a block, three of the first, and the sums");
        foreach ((string name, float[] expected) in plain)
        {
            double within = Tolerance * Math.Max(1e-2, expected.Max(MathF.Abs));
            Assert.That(fused[name], Is.EqualTo(expected).Within(within), name);
        }
    }

    // Loss, gradients of the input and all parameters, and what the parameters are afterwards.
    private static (Dictionary<string, float[]> Results, int Nodes) Step(Graph graph, PlanMode mode)
    {
        using var parameters = new ParameterStore(graph, TestDevices.Get("cpu"), withGradients: true);
        parameters.Initialize(3);
        Value input = graph.Inputs["input"];
        using var plan = new Plan(graph, parameters, mode, input);
        var random = new Random(5);
        plan.Input("input").Upload([.. Enumerable.Range(0, (int)input.Shape.Elements).Select(_ => (random.NextSingle() * 2) - 1)]);
        plan.Input("labels").Upload([1, 6, 0, 3, 2, 2, 5, 4]);
        plan.Forward(seed: 9);
        plan.Backward();
        var results = new Dictionary<string, float[]> { ["loss"] = plan.Output("loss").ToArray(), ["dinput"] = plan.Gradient(input).ToArray() };
        foreach (string name in parameters.Names)
        {
            results.Add(name, parameters[name].ToArray());
            if (parameters.Spec(name).IsTrained)
                results.Add("d" + name, parameters.Gradient(name).ToArray());
        }
        return (results, plan.RunGraph.Nodes.Count);
    }
}
