using GpuNet.Kernels;
using NUnit.Framework;

namespace GpuNet.Tests.Network.Passes;

/// <summary>What each pass takes, and what it must leave.</summary>
[TestFixture]
internal sealed class PassTests
{
    private NetworkBuilder net = null!;
    private Value x;

    [SetUp]
    public void Start()
    {
        net = new NetworkBuilder(new Shape(2, 4, 5, 6));
        x = net.PointwiseConv("x", net.Input, 8);
    }

    [Test]
    public void Identities_are_dropped_and_outputs_keep_their_names()
    {
        Value dropped = net.StochasticDepth(
            "depth", net.Dropout("drop", net.Activation("identity", x, ActivationKind.Identity), 0.5f), 0.5f);
        net.Graph.MarkOutput("twice", net.Add("sum", net.Concat("one", dropped), x));
        net.Graph.MarkOutput("dropped", dropped);
        Graph graph = DropIdentities.Apply(net.Graph);
        Assert.That(Names(graph), Is.EqualTo("x sum"));
        Assert.That(graph.Output("dropped"), Is.EqualTo(graph.Nodes[0].Output));
        Assert.That(graph.Output("twice"), Is.EqualTo(graph.Nodes[1].Output));
    }

    [Test]
    public void A_norm_is_folded_with_its_activation_and_parameters_keep_their_names()
    {
        net.Output(net.BatchNorm("norm", x, ActivationKind.Relu6));
        Node node = FoldBatchNorm.Apply(net.Graph).Nodes.Single();
        Assert.That(node.Operator, Is.EqualTo(new PointwiseConv(net.Input.Shape, 8)
        {
            Epilogue = new Epilogue { NormEpsilon = 1e-5f, Activation = ActivationKind.Relu6 },
        }));
        Assert.That(string.Join(' ', node.ParameterNames),
            Is.EqualTo("x.weight norm.weight norm.bias norm.running_mean norm.running_var"));
    }

    [Test]
    public void Every_kind_of_convolution_takes_a_norm()
    {
        Value y = net.BatchNorm("a.norm", net.Conv("a", x, 6, new Window(3), bias: true));
        y = net.BatchNorm("b.norm", net.DepthwiseConv("b", y, new Window(3)));
        net.Output(net.BatchNorm("c.norm", net.PointwiseConv("c", y, 3)));
        Assert.That(Names(FoldBatchNorm.Apply(net.Graph)), Is.EqualTo("x a b c"));
    }

    [Test]
    public void A_result_that_others_see_takes_nothing([Values] bool isOutput, [Values] bool hasNorm)
    {
        Value after = hasNorm ? net.BatchNorm("after", x) : net.Activation("after", x, ActivationKind.Relu);
        net.Output(after);
        if (isOutput)
            net.Graph.MarkOutput("x", x);
        else
            net.Graph.MarkOutput("other", net.GlobalAveragePool("pool", x));
        Assert.That(Names(InferencePasses.Apply(net.Graph)), Does.Contain("after"));
    }

    [Test]
    public void Two_norms_in_a_row_are_folded_once()
    {
        net.Output(net.BatchNorm("second", net.BatchNorm("first", x)));
        Assert.That(Names(InferencePasses.Apply(net.Graph)), Is.EqualTo("x second"));
    }

    [Test]
    public void An_activation_is_fused_once()
    {
        net.Output(net.Activation("second", net.Activation("first", x, ActivationKind.Silu), ActivationKind.Relu));
        Graph graph = InferencePasses.Apply(net.Graph);
        Assert.That(Names(graph), Is.EqualTo("x second"));
        Assert.That(Epilogue(graph, "x").Activation, Is.EqualTo(ActivationKind.Silu));
    }

    [Test]
    public void A_residual_is_added_to_the_activation_as_in_an_inverted_residual([Values] bool first)
    {
        Value y = net.ConvNorm("y", x, 8, new Window(1), ActivationKind.Silu);
        net.Output(first ? net.Add("sum", y, x) : net.Add("sum", x, y));
        Graph graph = InferencePasses.Apply(net.Graph);
        Assert.That(Names(graph), Is.EqualTo("x y.0"));
        Assert.That(graph.Nodes[1].Inputs, Is.EqualTo(new[] { graph.Nodes[0].Output, graph.Nodes[0].Output }));
        Assert.That(Epilogue(graph, "y.0"), Is.EqualTo(new Epilogue
        {
            NormEpsilon = 1e-5f,
            Activation = ActivationKind.Silu,
            Residual = ResidualOrder.AfterActivation,
        }));
    }

    [Test]
    public void A_residual_goes_before_an_activation_that_follows_it()
    {
        Value y = net.ConvNorm("y", x, 8, new Window(1), ActivationKind.Identity);
        net.Output(net.Activation("relu", net.Add("sum", x, y), ActivationKind.Relu));
        Graph graph = InferencePasses.Apply(net.Graph);
        Assert.That(Names(graph), Is.EqualTo("x y.0"));
        Assert.That(Epilogue(graph, "y.0").Residual, Is.EqualTo(ResidualOrder.BeforeActivation));
        Assert.That(Epilogue(graph, "y.0").Activation, Is.EqualTo(ActivationKind.Relu));
    }

    [Test]
    public void Of_two_convolutions_that_meet_the_later_adds()
    {
        Value a = net.PointwiseConv("a", x, 8), b = net.PointwiseConv("b", x, 8);
        net.Output(net.Add("sum", b, a));
        Graph graph = InferencePasses.Apply(net.Graph);
        Assert.That(Names(graph), Is.EqualTo("x a b"));
        Assert.That(Epilogue(graph, "a").Residual, Is.EqualTo(ResidualOrder.None));
        Assert.That(Epilogue(graph, "b").Residual, Is.EqualTo(ResidualOrder.AfterActivation));
    }

    [Test]
    public void A_residual_that_is_made_later_is_not_fused()
    {
        Value conv = net.PointwiseConv("conv", net.Input, 8);
        Value later = net.Activation("later", net.Add("twice", x, x), ActivationKind.Silu);
        net.Output(net.Add("sum", conv, later));
        Assert.That(Names(InferencePasses.Apply(net.Graph)), Is.EqualTo("x conv twice later sum"));
    }

    [Test]
    public void A_result_added_to_itself_stays()
    {
        net.Output(net.Add("sum", x, x));
        Assert.That(Names(InferencePasses.Apply(net.Graph)), Is.EqualTo("x sum"));
    }

    [Test]
    public void Only_one_residual_is_fused()
    {
        Value y = net.PointwiseConv("y", x, 8);
        net.Output(net.Add("second", net.Add("first", y, x), x));
        Assert.That(Names(InferencePasses.Apply(net.Graph)), Is.EqualTo("x y second"));
    }

    [Test]
    public void Inputs_of_a_concatenation_are_placed_in_the_order_in_which_they_run()
    {
        Value a = net.ConvNorm("a", x, 3, new Window(1), ActivationKind.Silu), b = net.DepthwiseConv("b", x, new Window(3));
        Value c = net.PointwiseConv("c", x, 5);
        net.Output(net.Concat("concat", b, c, a));
        Graph graph = InferencePasses.Apply(net.Graph);
        Assert.That(Names(graph), Is.EqualTo("x a.0 b c"));
        Assert.That(Epilogue(graph, "a.0").Slice, Is.EqualTo(new ChannelSlice(13, 16, Continues: false)));
        Assert.That(Epilogue(graph, "b").Slice, Is.EqualTo(new ChannelSlice(0, 16, Continues: true)));
        Assert.That(Epilogue(graph, "c").Slice, Is.EqualTo(new ChannelSlice(8, 16, Continues: true)));
        Assert.That(graph.Output("output"), Is.EqualTo(graph.Nodes[3].Output));
        Assert.That(graph.Nodes[3].Inputs[^1], Is.EqualTo(graph.Nodes[2].Output));
    }

    [TestCase("twice")]
    [TestCase("read")]
    [TestCase("output")]
    [TestCase("pool")]
    [TestCase("input")]
    public void A_concatenation_stays_where_an_input_cannot_be_placed(string why)
    {
        Value a = net.PointwiseConv("a", x, 3), b = net.PointwiseConv("b", x, 8);
        Value last = why switch
        {
            "twice" => net.Concat("concat", a, b, b),
            "pool" => net.Concat("concat", a, net.Add("twice", b, b)),
            "input" => net.Concat("concat", a, b, net.Input),
            _ => net.Concat("concat", a, b),
        };
        net.Output(last);
        if (why == "read")
            net.Graph.MarkOutput("other", net.GlobalAveragePool("mean", b));
        if (why == "output")
            net.Graph.MarkOutput("b", b);
        Graph graph = InferencePasses.Apply(net.Graph);
        Assert.That(Names(graph), Does.Contain("concat"));
        Assert.That(Epilogue(graph, "a").Slice, Is.Null);
    }

    [Test]
    public void A_residual_may_be_added_in_a_slice()
    {
        Value a = net.PointwiseConv("a", x, 8), b = net.Add("sum", x, net.PointwiseConv("b", a, 8));
        net.Output(net.Concat("concat", net.PointwiseConv("c", a, 2), b));
        Assert.That(Names(InferencePasses.Apply(net.Graph)), Is.EqualTo("x a b c"));
    }

    [Test]
    public void Elementwise_operators_in_a_row_become_one()
    {
        Value gate = net.Activation("gate", net.PointwiseConv("fc", net.GlobalAveragePool("pool", x), 8), ActivationKind.Sigmoid);
        Value sum = net.Add("sum", net.Input, net.Input);
        Value y = net.Activation("relu", net.Add("residual", x, net.ChannelScale("scale", x, gate)), ActivationKind.Relu);
        net.Graph.MarkOutput("y", net.PointwiseConv("last", y, 3));
        net.Graph.MarkOutput("twice", net.Activation("silu", sum, ActivationKind.Silu));
        Graph graph = FuseElementwise.Apply(net.Graph);
        Assert.That(Names(graph), Is.EqualTo("x pool fc gate sum scale last"));
        Assert.That(Operator(graph, "scale"), Is.EqualTo(new ElementwiseChain(x.Shape,
            [new(ElementwiseLinkKind.TimesGate), new(ElementwiseLinkKind.PlusTensor),
                new(ElementwiseLinkKind.Activate, ActivationKind.Relu)])));
        Assert.That(Operator(graph, "sum"), Is.EqualTo(new ElementwiseChain(net.Input.Shape,
            [new(ElementwiseLinkKind.PlusTensor), new(ElementwiseLinkKind.Activate, ActivationKind.Silu)])));
        Node scale = graph.Nodes.Single(n => n.Name == "scale");
        Value made = graph.Nodes.Single(n => n.Name == "x").Output;
        Assert.That(scale.Inputs, Is.EqualTo(new[] { made, graph.Nodes.Single(n => n.Name == "gate").Output, made }));
    }

    [Test]
    public void A_chain_ends_at_what_others_see_at_what_is_made_later_and_after_four_links()
    {
        Value seen = net.Activation("seen", x, ActivationKind.Relu);
        net.Graph.MarkOutput("seen", seen);
        Value early = net.Activation("early", seen, ActivationKind.Silu), late = net.PointwiseConv("late", x, 8);
        Value y = net.Add("sum", early, late);
        for (int i = 0; i < 4; i++)
            y = net.Activation($"a{i}", y, ActivationKind.HardSwish);
        net.Output(y);
        Graph graph = FuseElementwise.Apply(net.Graph);
        Assert.That(Names(graph), Is.EqualTo("x seen early late sum a3"));
        Assert.That(((ElementwiseChain)Operator(graph, "sum")).Links, Has.Length.EqualTo(ElementwiseChain.MostLinks));
    }

    [Test]
    public void A_gate_is_applied_by_the_convolution_that_reads_its_product_and_made_by_one_operator()
    {
        Value gated = net.SqueezeExcite("se", x, 2, ActivationKind.Silu);
        Value y = net.Add("sum", x, net.ConvNorm("y", gated, 8, new Window(1), ActivationKind.Identity));
        net.Output(net.Concat("concat", net.PointwiseConv("other", x, 3), y));
        Graph graph = FuseGate.Apply(FuseExcitation.Apply(InferencePasses.Apply(net.Graph)));
        Assert.That(Names(graph), Is.EqualTo("x se.squeeze se.fc1 se.excite other"));
        Assert.That(Operator(graph, "se.fc1"),
            Is.EqualTo(new Excitation(new Shape(2, 1, 1, 8), 2, 8, ActivationKind.Silu, ActivationKind.Sigmoid)));
        var conv = (PointwiseConv)Operator(graph, "se.excite");
        Assert.That(conv.Gated && conv.Epilogue is { NormEpsilon: not null, Residual: ResidualOrder.AfterActivation, Slice: not null });
        Node node = graph.Nodes.Single(n => n.Name == "se.excite");
        Value made = graph.Nodes[0].Output;
        Assert.That(node.Inputs, Is.EqualTo(new[] { made, made, graph.Nodes[2].Output }));
    }

    [Test]
    public void A_gate_stays_where_others_see_its_product_or_the_convolution_needs_what_is_made_later([Values] bool seen)
    {
        Value gated = net.SqueezeExcite("se", x, 2);
        Value later = net.PointwiseConv("later", x, 8), y = net.PointwiseConv("y", gated, 8);
        net.Output(seen ? net.Concat("concat", gated, y) : net.Add("sum", later, y));
        Graph graph = FuseGate.Apply(InferencePasses.Apply(net.Graph));
        Assert.That(Operator(graph, "se.excite"), Is.TypeOf<ChannelScale>());
    }

    [Test]
    public void Layers_that_make_no_gate_or_are_seen_in_between_stay_two([Values] bool seen)
    {
        Value hidden = net.PointwiseConv("first", net.GlobalAveragePool("pool", x), 4, bias: true);
        Value y = net.PointwiseConv("second", hidden, 8, bias: true);
        if (seen)
            net.Graph.MarkOutput("hidden", hidden);
        net.Output(seen ? net.ChannelScale("scale", x, y) : y);
        Assert.That(Names(FuseExcitation.Apply(InferencePasses.Apply(net.Graph))),
            Is.EqualTo(seen ? "x pool first second scale" : "x pool first second"));
    }

    [Test]
    public void Devices_that_run_the_plain_kernels_alone_keep_every_operator()
    {
        using Device device = Device.Open("simulator", new DeviceOptions { PlainKernels = true, UseTuning = false });
        net.Output(net.PointwiseConv("y", net.SqueezeExcite("se", x, 2), 8));
        Assert.That(Names(InferencePasses.Apply(net.Graph, device)), Is.EqualTo("x se.squeeze se.fc1 se.fc2 se.excite y"));
    }

    [Test]
    public void A_value_that_gates_another_is_no_part_of_its_chain()
    {
        Value pooled = net.GlobalAveragePool("pool", x);
        net.Output(net.ChannelScale("scale", x, net.Activation("gate", pooled, ActivationKind.Sigmoid)));
        Assert.That(Names(FuseElementwise.Apply(net.Graph)), Is.EqualTo("x pool gate scale"));
    }

    [Test]
    public void Passes_find_nothing_more_to_do_the_second_time()
    {
        Device device = TestDevices.Get("simulator 4x16");
        for (int seed = 0; seed < 20; seed++)
        {
            Graph once = InferencePasses.Apply(RandomGraph.New(new Random(seed)), device), twice = InferencePasses.Apply(once, device);
            Assert.That(Names(twice), Is.EqualTo(Names(once)), $"seed {seed}");
        }
    }

    private static Operator Operator(Graph graph, string name) => graph.Nodes.Single(n => n.Name == name).Operator;

    private static string Names(Graph graph) => string.Join(' ', graph.Nodes.Select(n => n.Name));

    private static Epilogue Epilogue(Graph graph, string name) =>
        ((Convolutional)graph.Nodes.Single(n => n.Name == name).Operator).Epilogue;
}
