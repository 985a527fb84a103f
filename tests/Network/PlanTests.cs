using GpuNet.Kernels;
using NUnit.Framework;

namespace GpuNet.Tests.Network;

[TestFixture]
internal sealed class PlanTests
{
    private static readonly ModelSpec Tiny =
        new("mobilenetv2") { Width = 0.1f, Classes = 4, ImageHeight = 16, ImageWidth = 16, Dropout = 0 };

    [Test]
    public void Gradients_of_branches_match_differences([Values("cpu", "simulator 4x16")] string device)
    {
        // A map used three times, a concat, attention, squeeze-and-excitation and a residual: every way gradients meet.
        var net = new NetworkBuilder(new Shape(2, 4, 4, 3));
        Value a = net.ConvNorm("a", net.Input, 8, new Window(3), ActivationKind.Silu);
        Value b = net.ConvNorm("b", a, 8, new Window(3), ActivationKind.Silu, groups: 8);
        Value fused = net.AttentionFusion("fused", a, b, 8, heads: 2);
        Value gated = net.SqueezeExcite("gated", fused, 2, ActivationKind.Silu);
        Value sum = net.Add("sum", gated, net.Add("twice", a, a));
        net.CrossEntropyLoss(net.Linear("linear", net.GlobalAveragePool("pool", sum), 3, Initializer.Normal(0.5f)), 0.1f);
        using var parameters = new ParameterStore(net.Graph, TestDevices.Get(device), withGradients: true);
        parameters.Initialize(1);
        using var plan = new Plan(net.Graph, parameters, PlanMode.Training, net.Input);
        float[] images = Noise(net.Input.Shape.Elements, 3);
        plan.Input("labels").Upload([0, 2]);
        float Loss()
        {
            plan.Input("input").Upload(images);
            plan.Forward();
            return plan.Output("loss").ToArray()[0];
        }

        Loss();
        plan.Backward();
        float[] inputGradient = plan.Gradient(net.Input).ToArray();
        Assert.That(inputGradient.Max(MathF.Abs), Is.GreaterThan(1e-3));
        // Along the gradient itself the loss changes most, so the difference quotient is well above rounding.
        Compare([.. images], inputGradient, Loss, v => v.CopyTo(images, 0), "input");
        foreach (string name in parameters.Names.Where(n => parameters.Spec(n).IsTrained))
        {
            float[] values = parameters[name].ToArray();
            Compare(values, parameters.Gradient(name).ToArray(), Loss, v => parameters[name].Upload(v), name);
        }
    }

    [Test]
    public void A_step_gives_the_same_bits_every_time([ValueSource(typeof(TestDevices), nameof(TestDevices.Repeated))] string device)
    {
        float[][] Run()
        {
            using var trainer =
                new StepRunner(Tiny with { Dropout = 0.3f }, TestDevices.Get(device), 4, seed: 7);
            float[] images = Noise(4 * 16 * 16 * 3, 5);
            float[] losses = [.. Enumerable.Range(0, 2).Select(_ => (float)trainer.Step(images, [0, 1, 2, 3], 0.05f).Loss)];
            return [losses, .. trainer.Parameters.Names.Select(n => trainer.Parameters[n].ToArray())];
        }

        float[][] first = Run();
        Assert.That(Run(), Is.EqualTo(first));
    }

    [Test]
    public void Devices_agree()
    {
        float[] Logits(string device)
        {
            Graph graph = Tiny.Build(2);
            using var parameters = new ParameterStore(graph, TestDevices.Get(device), withGradients: false);
            parameters.Initialize(3);
            using var plan = new Plan(graph, parameters, PlanMode.Inference);
            plan.Input("input").Upload(Noise(2 * 16 * 16 * 3, 9));
            plan.Forward();
            return plan.Output("output").ToArray();
        }

        float[] host = Logits("cpu");
        foreach (string device in TestDevices.Names)
        {
            float[] other = Logits(device);
            for (int i = 0; i < host.Length; i++)
                Assert.That(other[i], Is.EqualTo(host[i]).Within(1e-5 * host.Max(MathF.Abs)), device);
        }
    }

    [Test]
    public void A_steady_step_allocates_nothing()
    {
        Device device = TestDevices.Get("cpu");
        Graph graph = Tiny.BuildWithLoss(2);
        using var parameters = new ParameterStore(graph, device, withGradients: true);
        parameters.Initialize(1);
        using var plan = new Plan(graph, parameters, PlanMode.Training);
        using var optimizer = new ParameterUpdate(parameters, new Sgd());
        plan.Input("input").Upload(Noise(2 * 16 * 16 * 3, 2));
        plan.Input("labels").Upload([0, 3]);
        void Step()
        {
            plan.Forward();
            plan.Backward();
            optimizer.Step(0.01f);
        }

        Step();
        Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Step();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Memory_stays_flat_when_plans_come_and_go()
    {
        Graph graph = (Tiny with { ImageHeight = 64, ImageWidth = 64 }).BuildWithLoss(8);
        float[] images = Noise(8 * 64 * 64 * 3, 4);
        void Once()
        {
            using var parameters = new ParameterStore(graph, TestDevices.Get("cpu"), withGradients: true);
            parameters.Initialize(1);
            using var plan = new Plan(graph, parameters, PlanMode.Training);
            plan.Input("input").Upload(images);
            plan.Input("labels").Upload(new int[8]);
            plan.Forward();
        }

        for (int i = 0; i < 5; i++)
            Once();
        long before = Environment.WorkingSet;
        for (int i = 0; i < 40; i++)
            Once();
        Assert.That(Environment.WorkingSet - before, Is.LessThan(32L << 20));
    }

    [Test]
    public void Inference_needs_less_memory_than_training()
    {
        using var parameters = new ParameterStore(Tiny.BuildWithLoss(8), TestDevices.Get("cpu"), withGradients: true);
        using var inference = new Plan(Tiny.Build(8), parameters, PlanMode.Inference);
        using var training = new Plan(Tiny.BuildWithLoss(8), parameters, PlanMode.Training);
        Assert.That(inference.Bytes, Is.LessThan(training.Bytes / 4));
    }

    [Test]
    public void Too_large_a_plan_says_what_would_fit()
    {
        Graph graph = new ModelSpec("mobilenetv2").BuildWithLoss(100_000);
        using var parameters = new ParameterStore(graph, TestDevices.Get("cpu"), withGradients: true);
        Assert.That(() => new Plan(graph, parameters, PlanMode.Training), Throws.TypeOf<GpuNetException>()
            .With.Message.Contains("a plan (Training) for 100000 images asks for").And.Message.Contains("would fit"));
    }

    [Test]
    public void Parameters_of_another_network_are_refused()
    {
        using var parameters = new ParameterStore(Tiny.Build(1), TestDevices.Get("cpu"), withGradients: false);
        Assert.That(() => new Plan((Tiny with { Classes = 9 }).Build(1), parameters, PlanMode.Inference), Throws.TypeOf<GpuNetException>()
            .With.Message.EqualTo(
            "Parameter classifier.1.weight: the graph asks for Matrix [1x1x1280x9], the store has Matrix [1x1x1280x4]."));
        Assert.That(() => new Plan(Tiny.BuildWithLoss(2), parameters, PlanMode.Training),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("gradients"));
    }

    [Test]
    public void Labels_have_no_gradient_and_only_inputs_can_be_asked_for()
    {
        Graph graph = Tiny.BuildWithLoss(2);
        using var parameters = new ParameterStore(graph, TestDevices.Get("cpu"), withGradients: true);
        using var plan = new Plan(graph, parameters, PlanMode.Training, graph.Inputs["labels"]);
        Assert.That(plan.Gradient(graph.Inputs["labels"]).IsNone);
        Assert.That(() => new Plan(graph, parameters, PlanMode.Training, graph.Nodes[0].Output),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("graph's inputs"));
    }

    [Test]
    public void Training_on_one_value_a_channel_is_refused_when_the_plan_is_built()
    {
        var net = new NetworkBuilder(new Shape(1, 1, 1, 8));
        net.Output(net.BatchNorm("norm", net.Input));
        using var parameters = new ParameterStore(net.Graph, TestDevices.Get("cpu"), withGradients: true);
        Assert.That(() => new Plan(net.Graph, parameters, PlanMode.Training),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("BatchNorm"));
    }

    [Test]
    public void Inference_leaves_dropout_out_and_may_have_several_outputs()
    {
        var net = new NetworkBuilder(new Shape(2, 4, 4, 8));
        Value a = net.PointwiseConv("a", net.Input, 16);
        Value dropped = net.StochasticDepth("depth", net.Dropout("drop", a, 0.5f), 0.5f);
        net.Graph.MarkOutput("mixed", net.Add("sum", a, dropped));
        net.Graph.MarkOutput("dropped", dropped);
        using var parameters = new ParameterStore(net.Graph, TestDevices.Get("cpu"), withGradients: false);
        parameters.Initialize(1);
        using var plan = new Plan(net.Graph, parameters, PlanMode.Inference);
        plan.Input("input").Upload(Noise(2 * 4 * 4 * 8, 1));
        plan.Forward();
        Assert.That(plan.Output("mixed").ToArray(), Is.EqualTo(plan.Output("dropped").ToArray().Select(v => 2 * v)));
        Assert.That(plan.Bytes, Is.EqualTo((2 * 4 * 4 * 8 * sizeof(float)) + (2 * 2 * 4 * 4 * 16 * sizeof(float))).Within(4096));
    }

    [Test]
    public void A_step_that_diverges_leaves_the_gradients_alone()
    {
        using var trainer = new StepRunner(Tiny, TestDevices.Get("cpu"), 4);
        float[] images = Noise(4 * 16 * 16 * 3, 1), weights = trainer.Parameters["classifier.1.weight"].ToArray();
        trainer.Parameters["classifier.1.weight"].Upload([.. weights.Select((_, i) => i % 2 == 0 ? 3e38f : -3e38f)]);
        Assert.That(() => trainer.Step(images, [0, 1, 2, 3], 0.1f), Throws.TypeOf<GpuNetException>().With.Message.Contains("diverged"));
        trainer.Parameters["classifier.1.weight"].Upload(weights);
        trainer.Step(images, [0, 1, 2, 3], 0.01f);
        Assert.That(trainer.Step(images, [0, 1, 2, 3], 0.01f).Loss, Is.LessThan(100));
    }

    [Test]
    public void Images_and_labels_belong_together()
    {
        using var trainer = new StepRunner(Tiny, TestDevices.Get("cpu"), 4);
        Assert.That(() => trainer.Evaluate([], [0, 1]),
            Throws.ArgumentException.With.Message.Contains("input of 0, labels of 2"));
    }

    [Test]
    public void A_trainer_that_does_not_fit_gives_everything_back()
    {
        void Fail() =>
            Assert.That(() => new StepRunner(new ModelSpec("mobilenetv2"), TestDevices.Get("cpu"), 50_000),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("would fit"));
        Fail();
        long before = Environment.WorkingSet;
        for (int i = 0; i < 10; i++)
            Fail();
        Assert.That(Environment.WorkingSet - before, Is.LessThan(100L << 20), "each keeps 27 MB of parameters and gradients meanwhile");
    }

    [Test]
    public void Wrong_input_is_refused_at_the_border()
    {
        Graph graph = Tiny.Build(1);
        using var parameters = new ParameterStore(graph, TestDevices.Get("cpu"), withGradients: false);
        using var plan = new Plan(graph, parameters, PlanMode.Inference);
        Assert.That(() => plan.Input("input").Upload(new float[5]),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("takes 768 values, got 5"));
        var values = new float[768];
        values[7] = float.NaN;
        Assert.That(() => plan.Input("input").Upload(values), Throws.TypeOf<GpuNetException>().With.Message.Contains("element 7 is NaN"));
        Assert.That(() => plan.Input("image"), Throws.TypeOf<GpuNetException>().With.Message.Contains("it has input"));
    }

    private static float[] Noise(long count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, (int)count).Select(_ => (random.NextSingle() * 2) - 1)];
    }

    private static void Compare(float[] at, float[] gradient, Func<float> loss, Action<float[]> set, string what)
    {
        double square = gradient.Sum(g => (double)g * g);
        if (square < 1e-8)
            return;
        float step = (float)(0.01 / Math.Sqrt(square));
        set([.. at.Zip(gradient, (v, g) => v + (step * g))]);
        float above = loss();
        set([.. at.Zip(gradient, (v, g) => v - (step * g))]);
        float below = loss();
        set(at);
        Assert.That((above - below) / (2 * step), Is.EqualTo(square).Within(0.03 * square + 1e-5), what);
    }
}
