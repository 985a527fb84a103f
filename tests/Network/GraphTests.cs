using GpuNet.Kernels;
using NUnit.Framework;

namespace GpuNet.Tests.Network;

[TestFixture]
internal sealed class GraphTests
{
    [Test]
    public void Shapes_are_checked_when_a_node_is_added()
    {
        var graph = new Graph();
        Value x = graph.Input("input", new Shape(1, 4, 4, 8));
        Assert.That(() => graph.Add("sum", new Add(new Shape(1, 4, 4, 9)), x, x),
            Throws.TypeOf<GpuNetException>().With.Message.EqualTo("sum (Add): shape of input 0: expected [1x4x4x9], got [1x4x4x8]."));
        Assert.That(() => graph.Add("sum", new Add(x.Shape), x),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("takes 2 inputs, got 1"));
    }

    [Test]
    public void A_value_of_another_graph_is_refused()
    {
        var other = new Graph();
        other.Input("unused", new Shape(1, 1, 1, 1));
        Value foreign = other.Input("input", new Shape(1, 4, 4, 8));
        Assert.That(() => new Graph().Add("sum", new Add(foreign.Shape), foreign, foreign),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("another graph"));
    }

    [Test]
    public void Names_are_unique()
    {
        var net = new NetworkBuilder(new Shape(1, 4, 4, 8));
        net.BatchNorm("norm", net.Input);
        Assert.That(() => net.BatchNorm("norm", net.Input), Throws.TypeOf<GpuNetException>().With.Message.Contains("already has a node"));
        Assert.That(() => net.Graph.Input("input", new Shape(1, 1, 1, 1)), Throws.TypeOf<GpuNetException>());
    }

    [Test]
    public void Parameters_have_names_of_their_own_if_they_are_unique()
    {
        var graph = new Graph();
        Value x = graph.Input("input", new Shape(1, 4, 4, 8));
        var norm = new BatchNorm(x.Shape);
        graph.Add("a", norm, x);
        graph.Add("b", norm, ["w", "b", "m", "v"], x);
        Assert.That(string.Join(' ', graph.Nodes[0].ParameterNames), Is.EqualTo("a.weight a.bias a.running_mean a.running_var"));
        Assert.That(string.Join(' ', graph.Nodes[1].Parameters.Select(p => p.Name)), Is.EqualTo("w b m v"));
        Assert.That(() => graph.Add("c", norm, ["w"], x),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("has 4 parameters, got 1 names"));
        Assert.That(() => graph.Add("c", norm, ["c", "d", "a.bias", "e"], x),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("already has a parameter a.bias"));
        Assert.That(() => graph.Add("c", norm, ["c", "d", "c", "e"], x),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("already has a parameter c"));
    }

    [Test]
    public void Outputs_belong_to_the_graph_and_are_named_once()
    {
        var net = new NetworkBuilder(new Shape(1, 4, 4, 8));
        net.Output(net.Input);
        Assert.That(() => net.Output(net.Input), Throws.TypeOf<GpuNetException>().With.Message.Contains("already"));
        Assert.That(() => net.Graph.MarkOutput("other", new Value(9, net.Input.Shape)),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("another graph"));
    }

    [Test]
    public void Kernels_refuse_tensors_beyond_32_bit_indices()
    {
        var op = new Activation(new Shape(40_000, 224, 224, 8), ActivationKind.Relu);
        op.Validate();
        Assert.That(() => op.Bind(TestDevices.Get("simulator 4x16")),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("32-bit indices"));
        Assert.That(() => new GlobalAveragePool(new Shape(1, 65536, 65536, 1)).Input.Pixels, Throws.TypeOf<OverflowException>());
    }
}
