using GpuNet.Kernels;
using NUnit.Framework;

namespace GpuNet.Tests.Network;

/// <summary>Plans that train a part of a network: gradients of that part, what the frozen part keeps and leaves, and memory.</summary>
[TestFixture, Parallelizable]
internal sealed class FreezingTests
{
    private static readonly Shape Images = new(4, 6, 6, 3);

    // And a card, where there is one.
    private static string[] Devices { get; } = ["cpu", "ptx 80", .. TestDevices.Names.Where(n => n == "cuda")];

    // Frozen norms stand at the bottom, where they are folded into convolutions, and between layers that are trained, where gradients
    // pass through them. Trained layers have no norms, so that those of the plan for gradients do the same.
    [Test]
    public void Gradients_are_those_with_norms_in_evaluation(
        [ValueSource(nameof(Devices))] string deviceName, [Values("bottom", "middle", "both")] string frozen)
    {
        NetworkBuilder net = Network();
        bool IsFrozen(string name) => (frozen != "middle" && name.StartsWith("bottom", StringComparison.Ordinal))
            || (frozen != "bottom" && name.StartsWith("middle", StringComparison.Ordinal));
        Dictionary<string, float[]> expected = Gradients(net, deviceName, PlanMode.Gradients, null, out float expectedLoss);
        Dictionary<string, float[]> actual = Gradients(net, deviceName, PlanMode.Gradients, IsFrozen, out float loss);
        Assert.That(loss, Is.EqualTo(expectedLoss).Within(2e-6));
        Assert.That(actual.Keys, Is.EquivalentTo(expected.Keys.Where(n => !IsFrozen(n))));
        foreach ((string name, float[] gradient) in actual)
            Near(gradient, expected[name], name);
        if (frozen != "both")
            return;
        // In training, all norms being frozen, the same.
        actual = Gradients(net, deviceName, PlanMode.Training, IsFrozen, out loss);
        Assert.That(loss, Is.EqualTo(expectedLoss).Within(2e-6));
        foreach ((string name, float[] gradient) in actual)
            Near(gradient, expected[name], name);
    }

    [Test]
    public void Frozen_norms_keep_their_statistics([ValueSource(nameof(Devices))] string deviceName)
    {
        NetworkBuilder net = Network();
        using ParameterStore parameters = Parameters(net.Graph, deviceName);
        Dictionary<string, float[]> before = parameters.Names.ToDictionary(n => n, n => parameters[n].ToArray());
        using var plan = new Plan(
            net.Graph, parameters, PlanMode.Training, frozen: n => n.StartsWith("middle", StringComparison.Ordinal));
        Upload(plan);
        plan.Forward();
        plan.Backward();
        foreach (string name in parameters.Names)
        {
            bool moves = name.StartsWith("bottom", StringComparison.Ordinal) && name.Contains("running", StringComparison.Ordinal);
            Assert.That(parameters[name].ToArray(), moves ? Is.Not.EqualTo(before[name]) : Is.EqualTo(before[name]), name);
        }
    }

    // Of a norm one parameter is still trained: it takes its batch's statistics.
    [Test]
    public void A_norm_is_frozen_when_all_of_it_is()
    {
        NetworkBuilder net = Network();
        using ParameterStore parameters = Parameters(net.Graph, "cpu");
        float[] before = parameters["bottom.1.running_mean"].ToArray();
        using var plan = new Plan(net.Graph, parameters, PlanMode.Training, frozen: n => n == "bottom.1.weight");
        Upload(plan);
        plan.Forward();
        plan.Backward();
        Assert.That(parameters["bottom.1.running_mean"].ToArray(), Is.Not.EqualTo(before));
        Assert.That(parameters.Gradient("bottom.1.weight").ToArray(), Is.All.Zero);
        Assert.That(parameters.Gradient("bottom.1.bias").ToArray(), Has.Some.Not.Zero);
    }

    [Test]
    public void A_bias_may_be_frozen_alone([ValueSource(nameof(Devices))] string deviceName)
    {
        var net = new NetworkBuilder(new Shape(4, 1, 1, 6));
        Value x = net.Dropout("drop", net.Linear("first", net.Input, 8, Initializer.Zeros), 0.5f);
        net.CrossEntropyLoss(net.Linear("last", x, 3, Initializer.Zeros));
        Dictionary<string, float[]> all = Gradients(net, deviceName, PlanMode.Training, null, out float loss);
        foreach (string frozen in (string[])["first.bias", "last.bias", "first.weight"])
        {
            Dictionary<string, float[]> some = Gradients(net, deviceName, PlanMode.Training, n => n == frozen, out float same);
            Assert.That(same, Is.EqualTo(loss));
            Assert.That(some.Keys, Is.EquivalentTo(all.Keys.Where(n => n != frozen)));
            foreach ((string name, float[] gradient) in some)
                Assert.That(gradient, Is.EqualTo(all[name]), $"{name} without {frozen}");
        }
        // The same dropout as before, with nothing of the first layer left to train.
        Gradients(net, deviceName, PlanMode.Training, n => n.StartsWith("first", StringComparison.Ordinal), out float frozenLoss);
        Assert.That(frozenLoss, Is.EqualTo(loss));
    }

    [Test]
    public void Nothing_to_train_is_an_error()
    {
        NetworkBuilder net = Network();
        using ParameterStore parameters = Parameters(net.Graph, "cpu");
        Assert.That(() => new Plan(net.Graph, parameters, PlanMode.Training, frozen: _ => true),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("is frozen"));
        // The gradient of an input is still something.
        using var plan = new Plan(net.Graph, parameters, PlanMode.Training, frozen: _ => true, net.Input);
        Upload(plan);
        plan.Forward();
        plan.Backward();
        Assert.That(plan.Gradient(net.Input).ToArray(), Has.Some.Not.Zero);
    }

    [Test]
    public void A_single_value_a_channel_is_enough_for_a_frozen_norm()
    {
        var net = new NetworkBuilder(new Shape(1, 1, 1, 4));
        net.CrossEntropyLoss(net.Linear("last", net.BatchNorm("norm", net.Input), 3, Initializer.Zeros));
        using var parameters = new ParameterStore(net.Graph, TestDevices.Get("cpu"), withGradients: true);
        Assert.That(() => new Plan(net.Graph, parameters, PlanMode.Training), Throws.TypeOf<GpuNetException>());
        Assert.That(() => new Plan(net.Graph, parameters, PlanMode.Training, frozen: n => n.StartsWith("norm", StringComparison.Ordinal))
            .Dispose(), Throws.Nothing);
    }

    [Test]
    public void Frozen_features_need_no_memory_for_a_backward_pass()
    {
        Graph graph = new ModelSpec("mobilenetv2") { Classes = 10, ImageHeight = 64, ImageWidth = 64 }.BuildWithLoss(24);
        using var parameters = new ParameterStore(graph, TestDevices.Get("cpu"), withGradients: true);
        using var all = new Plan(graph, parameters, PlanMode.Training);
        using var inference = new Plan(graph, parameters, PlanMode.Inference);
        // At inference the folded weights of all layers take more than anything else.
        bool IsFrozen(string name) => name.StartsWith("features", StringComparison.Ordinal);
        using var head = new Plan(graph, parameters, PlanMode.Training, IsFrozen);
        TestContext.Out.WriteLine($"{all.Bytes} bytes for all, {head.Bytes} with frozen features, {inference.Bytes} at inference");
        Assert.That(head.Bytes, Is.LessThan(all.Bytes / 4));
        Assert.That(head.Bytes, Is.LessThan(1.1 * inference.Bytes));
        parameters.AllocateGradients(IsFrozen);
        Assert.That(parameters.Gradient("features.0.0.weight").IsNone);
        Assert.That(parameters.Names.Where(n => !parameters.Gradient(n).IsNone),
            Is.EquivalentTo((string[])["classifier.1.weight", "classifier.1.bias"]));
    }

    [Test]
    public void A_block_is_one_operator_only_if_its_parts_are_frozen_alike()
    {
        NetworkBuilder net = Network();
        using ParameterStore parameters = Parameters(net.Graph, "cpu");
        bool IsFused(Func<string, bool> frozen)
        {
            using var plan = new Plan(net.Graph, parameters, PlanMode.Training, frozen);
            return plan.RunGraph.Nodes.Any(n => n.Operator is InvertedBottleneck { Expands: true });
        }

        Assert.That(IsFused(_ => false));
        Assert.That(IsFused(n => n.StartsWith("middle", StringComparison.Ordinal)));
        Assert.That(IsFused(n => n.StartsWith("middle.block.0", StringComparison.Ordinal)), Is.False);
        Assert.That(IsFused(n => n == "middle.block.2.1.bias"), Is.False);
    }

    [Test]
    public void Frozen_parameters_have_no_memory_for_gradients([Values("cpu", "ptx 80")] string deviceName)
    {
        NetworkBuilder net = Network();
        using ParameterStore parameters = Parameters(net.Graph, deviceName);
        parameters.Gradient("last.bias").Upload([1f, 2, 3]);
        parameters.AllocateGradients(n => n.StartsWith("bottom", StringComparison.Ordinal));
        Assert.That(parameters.IsFrozen("bottom.0.weight"));
        Assert.That(parameters.IsFrozen("bottom.1.running_mean"), Is.False);
        Assert.That(parameters.Gradient("bottom.1.bias").IsNone);
        Assert.That(parameters.Gradient("last.bias").ToArray(), Is.All.Zero);
        // What is frozen there is so in a plan.
        using var plan = new Plan(net.Graph, parameters, PlanMode.Training);
        Upload(plan);
        plan.Forward();
        plan.Backward();
        Assert.That(parameters.Gradient("last.bias").ToArray(), Has.Some.Not.Zero);
        Assert.That(plan.RunGraph.Nodes.Any(n => n.Name == "bottom.1"), Is.False, "the norm is part of the convolution");
        parameters.AllocateGradients(_ => false);
        Assert.That(parameters.Gradient("bottom.1.bias").IsNone, Is.False);
    }

    private static NetworkBuilder Network()
    {
        var net = new NetworkBuilder(Images);
        Value x = net.ConvNorm("bottom", net.Input, 8, new Window(3), ActivationKind.Relu6);
        x = net.Conv("between", x, 8, new Window(1), bias: true);
        x = net.InvertedResidual("middle", x, new InvertedResidual(Expansion: 2, Channels: 8, Kernel: 3, Stride: 1, ActivationKind.Relu6));
        net.CrossEntropyLoss(net.Linear("last", net.GlobalAveragePool("pool", x), 3, Initializer.Zeros));
        return net;
    }

    private static ParameterStore Store(Graph graph, string deviceName, bool withGradients) =>
        new(graph, TestDevices.Get(deviceName), withGradients);

    private static ParameterStore Parameters(Graph graph, string deviceName)
    {
        ParameterStore parameters = Store(graph, deviceName, withGradients: true);
        var random = new Random(3);
        foreach (string name in parameters.Names)
        {
            bool positive = name.EndsWith("running_var", StringComparison.Ordinal);
            parameters[name].Upload([.. Enumerable.Range(0, (int)parameters[name].Shape.Elements)
                .Select(_ => positive ? 0.5f + random.NextSingle() : random.NextSingle() - 0.4f)]);
        }
        return parameters;
    }

    private static void Upload(Plan plan)
    {
        var random = new Random(4);
        Tensor images = plan.Input("input");
        images.Upload([.. Enumerable.Range(0, (int)images.Shape.Elements).Select(_ => random.NextSingle() - 0.5f)]);
        plan.Input("labels").Upload([0, 1, 2, 1]);
    }

    // The gradients of what is trained; the store has none of the others.
    private static Dictionary<string, float[]> Gradients(
        NetworkBuilder net, string deviceName, PlanMode mode, Func<string, bool>? frozen, out float loss)
    {
        using ParameterStore parameters = Parameters(net.Graph, deviceName);
        if (frozen is not null)
            parameters.AllocateGradients(frozen);
        using var plan = new Plan(net.Graph, parameters, mode, frozen);
        Upload(plan);
        plan.Forward(seed: 5);
        plan.Backward();
        loss = plan.Output("loss").ToArray()[0];
        return parameters.Names.Where(n => !parameters.Gradient(n).IsNone).ToDictionary(n => n, n => parameters.Gradient(n).ToArray());
    }

    private static void Near(float[] actual, float[] expected, string what)
    {
        float scale = Math.Max(1e-3f, expected.Max(MathF.Abs));
        Assert.That(actual, Has.Length.EqualTo(expected.Length), what);
        for (int i = 0; i < actual.Length; i++)
            Assert.That(actual[i], Is.EqualTo(expected[i]).Within(2e-5f * scale), $"{what} element {i}");
    }
}
