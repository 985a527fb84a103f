using GpuNet.Kernels;
using NUnit.Framework;

namespace GpuNet.Tests.Network;

/// <summary>A plan follows the parameters, whoever changes them, though its launchers keep what they made of them.</summary>
[TestFixture, Parallelizable]
internal sealed class PlanParametersTests
{
    private static readonly ModelSpec Tiny = new("mobilenetv2") { Width = 0.1f, Classes = 4, ImageHeight = 16, ImageWidth = 16 };

    private static readonly float[] Images = [.. Enumerable.Range(0, 2 * 16 * 16 * 3).Select(i => (i * 7919 % 1000 / 500f) - 1)];

    [TestCaseSource(typeof(TestDevices), nameof(TestDevices.Repeated))]
    public void New_values_are_used_from_the_next_pass_on(string device)
    {
        using var parameters = new ParameterStore(Tiny.Build(2), TestDevices.Get(device), withGradients: false);
        using var plan = new Plan(Tiny.Build(2), parameters, PlanMode.Inference);
        void Change(string name, float value) =>
            parameters[name].Upload([.. Enumerable.Repeat(value, (int)parameters[name].Shape.Elements)]);
        parameters.Initialize(1);
        Expect(plan);
        parameters.Initialize(2);
        Expect(plan);
        Change("features.0.1.running_var", 3);
        Expect(plan);
        Change("features.18.1.bias", -0.25f);
        Expect(plan);
        parameters["features.1.conv.0.0.weight"].Clear();
        Expect(plan);
    }

    [Test]
    public void Writes_through_memory_are_used_once_they_are_said()
    {
        using var parameters = new ParameterStore(Tiny.Build(2), TestDevices.Get("cpu"), withGradients: false);
        using var plan = new Plan(Tiny.Build(2), parameters, PlanMode.Inference);
        parameters.Initialize(1);
        Expect(plan);
        parameters["features.0.0.weight"].Span.Fill(0.25f);
        parameters.Changed();
        Expect(plan);
    }

    [TestCaseSource(typeof(TestDevices), nameof(TestDevices.Repeated))]
    public void Evaluation_sees_what_training_changes(string device)
    {
        int[] labels = [0, 3];
        using var trainer = new StepRunner(Tiny, TestDevices.Get(device), 2, seed: 5);
        for (int step = 0; step < 2; step++)
        {
            trainer.Step(Images, labels, 0.05f);
            using var plan = new Plan(Tiny.Build(2), trainer.Parameters, PlanMode.Inference);
            float[] logits = Logits(plan);
            double loss = labels
                .Select((l, i) => Math.Log(logits.Skip(4 * i).Take(4).Sum(s => Math.Exp(s))) - logits[(4 * i) + l])
                .Average();
            Assert.That(trainer.Evaluate(Images, labels).Loss, Is.EqualTo(loss).Within(1e-5 * (1 + loss)), $"step {step}");
        }
    }

    [Test]
    public void Running_statistics_of_a_forward_pass_in_training_are_seen()
    {
        Device device = TestDevices.Get("cpu");
        using var parameters = new ParameterStore(Tiny.BuildWithLoss(2), device, withGradients: true);
        parameters.Initialize(1);
        using var inference = new Plan(Tiny.Build(2), parameters, PlanMode.Inference);
        using var training = new Plan(Tiny.BuildWithLoss(2), parameters, PlanMode.Training);
        float[] before = Logits(inference);
        training.Input("input").Upload(Images);
        training.Input("labels").Upload([1, 2]);
        training.Forward();
        Assert.That(Logits(inference), Is.Not.EqualTo(before));
        Expect(inference);
    }

    [Test]
    public void A_step_allocates_nothing_with_new_parameters_or_old([Values] bool changed)
    {
        using var parameters = new ParameterStore(Tiny.Build(2), TestDevices.Get("cpu"), withGradients: false);
        parameters.Initialize(1);
        using var plan = new Plan(Tiny.Build(2), parameters, PlanMode.Inference);
        plan.Input("input").Upload(Images);
        void Step()
        {
            if (changed)
                parameters.Changed();
            plan.Forward();
        }

        Step();
        Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Step();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Only_inputs_and_outputs_have_memory_of_their_own()
    {
        Graph graph = Tiny.Build(1);
        using var parameters = new ParameterStore(graph, TestDevices.Get("cpu"), withGradients: false);
        using var plan = new Plan(graph, parameters, PlanMode.Inference);
        Assert.That(plan[graph.Inputs["input"]].Shape, Is.EqualTo(graph.Inputs["input"].Shape));
        Assert.That(plan[graph.Output("output")].Shape, Is.EqualTo(graph.Output("output").Shape));
        Assert.That(plan.Gradient(graph.Output("output")).IsNone);
        Assert.That(() => plan[graph.Nodes[0].Output], Throws.TypeOf<GpuNetException>().With.Message.Contains("inputs and outputs"));
        Assert.That(() => plan.Gradient(graph.Nodes[0].Output),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("inputs and outputs"));
    }

    [Test]
    public void What_has_no_backward_pass_is_refused_by_a_plan_that_has_one()
    {
        var graph = new Graph();
        Value x = graph.Input("input", new Shape(1, 4, 4, 3));
        graph.MarkOutput("output",
            graph.Add("conv", new PointwiseConv(x.Shape, 5) { Epilogue = new Epilogue { Activation = ActivationKind.Relu } }, x));
        using var parameters = new ParameterStore(graph, TestDevices.Get("cpu"), withGradients: true);
        Assert.That(() => new Plan(graph, parameters, PlanMode.Gradients),
            Throws.TypeOf<GpuNetException>().With.Message.StartsWith("conv (PointwiseConv").And.Message.Contains("no backward pass"));
        using var plan = new Plan(graph, parameters, PlanMode.Inference);
    }

    [Test]
    public void A_tensor_that_others_read_is_not_filled_in_place()
    {
        var graph = new Graph();
        Value x = graph.Input("input", new Shape(1, 4, 4, 3)), wide = graph.Input("wide", new Shape(1, 4, 4, 9));
        Epilogue epilogue = new() { Slice = new ChannelSlice(4, 9, Continues: true) };
        graph.MarkOutput("output", graph.Add("conv", new PointwiseConv(x.Shape, 5) { Epilogue = epilogue }, x, wide));
        using var parameters = new ParameterStore(graph, TestDevices.Get("cpu"), withGradients: false);
        Assert.That(() => new Plan(graph, parameters, PlanMode.Inference),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("in place"));
    }

    [Test]
    public void A_tensor_that_others_read_is_not_filled_in_place_when_its_copy_is_left_out([Values] bool input)
    {
        var graph = new Graph();
        Value x = graph.Input("input", new Shape(1, 4, 4, 8));
        Value wide = input ? x : graph.Add("wide", new Activation(x.Shape, ActivationKind.Relu), x);
        Value copy = graph.Add("dropout", new Dropout(wide.Shape, 0.5f), wide);
        Epilogue epilogue = new() { Slice = new ChannelSlice(0, 8, Continues: true) };
        graph.MarkOutput("filled", graph.Add("conv", new PointwiseConv(x.Shape, 4) { Epilogue = epilogue }, x, copy));
        graph.MarkOutput("other", graph.Add("other", new Activation(wide.Shape, ActivationKind.Relu), wide));
        using var parameters = new ParameterStore(graph, TestDevices.Get("cpu"), withGradients: false);
        Assert.That(() => new Plan(graph, parameters, PlanMode.Inference),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("in place"));
    }

    // A plan that is made now knows nothing of the past.
    private static void Expect(Plan plan)
    {
        using var fresh = new Plan(plan.Graph, plan.Parameters, PlanMode.Inference);
        Assert.That(Logits(plan), Is.EqualTo(Logits(fresh)));
    }

    private static float[] Logits(Plan plan)
    {
        plan.Input("input").Upload(Images);
        plan.Forward();
        return plan.Output("output").ToArray();
    }
}
