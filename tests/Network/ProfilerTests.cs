using System.Text.Json;
using GpuNet.Kernels;
using NUnit.Framework;

namespace GpuNet.Tests.Network;

public sealed class ProfilerTests
{
    private const int Passes = 3;

    private static readonly string[] Other = ["preparing parameters", "upload", "download", "optimiser"];

    private static readonly ModelSpec Tiny = new("mobilenetv2") { Width = 0.1f, Classes = 4, ImageHeight = 16, ImageWidth = 16 };

    [Test]
    public void Every_operator_of_both_passes_is_timed([Values("cpu", "simulator 2x2")] string deviceName)
    {
        Device device = TestDevices.Get(deviceName);
        var net = new NetworkBuilder(new Shape(2, 4, 4, 3));
        Value x = net.ConvNorm("stem", net.Input, 4, new Window(3), ActivationKind.Silu);
        x = net.ConvNorm("next", x, 4, new Window(3), ActivationKind.Silu, groups: 4);
        net.CrossEntropyLoss(net.Linear("linear", net.GlobalAveragePool("pool", x), 3, Initializer.Normal(0.5f)));
        using var parameters = new ParameterStore(net.Graph, device, withGradients: true);
        parameters.Initialize(1);
        using var plan = new Plan(net.Graph, parameters, PlanMode.Training);
        plan.Input("input").Upload([.. Enumerable.Range(0, 96).Select(i => MathF.Sin(i))]);
        plan.Input("labels").Upload([0, 2]);
        float[][] Pass()
        {
            parameters.ClearGradients();
            plan.Forward(seed: 5);
            plan.Backward();
            return [plan.Output("loss").ToArray(),
                .. parameters.Names.Where(n => parameters.Spec(n).IsTrained).Select(n => parameters.Gradient(n).ToArray())];
        }

        float[][] expected = Pass();
        plan.Profiler = new Profiler(device);
        for (int i = 0; i < Passes; i++)
            Assert.That(Pass(), Is.EqualTo(expected));
        (Profiler profiler, plan.Profiler) = (plan.Profiler, null);
        Pass();

        Dictionary<string, int> counts = plan.RunGraph.Nodes.GroupBy(n => n.Operator.ToString()).ToDictionary(g => g.Key, g => g.Count());
        foreach (string pass in new[] { "forward", "backward" })
        {
            ProfileRow[] rows = [.. profiler.Rows.Where(r => r.Pass == pass)];
            Assert.That(rows.ToDictionary(r => r.Name, r => r.Calls),
                Is.EquivalentTo(counts.ToDictionary(c => c.Key, c => c.Value * Passes)), pass);
            foreach (ProfileRow row in rows)
                Assert.That(row.Candidate, Is.EqualTo(row.Operator!.Choose(device).Name), row.Name);
            Assert.That(rows.Select(r => r.Seconds), Is.All.Positive);
        }
        ProfileRow other = profiler.Rows.Single(r => r.Operator is null);
        Assert.That((other.Name, other.Calls), Is.EqualTo((Other[0], Passes)));
        Assert.That(profiler.Rows.Select(r => r.Seconds), Is.Ordered.Descending);
        Assert.That(profiler.Seconds, Is.EqualTo(profiler.Rows.Sum(r => r.Seconds)).Within(1e-9));
        RequireTrace(profiler, plan);
    }

    [Test]
    public void A_profiled_pass_is_launched_operator_by_operator()
    {
        using Device device = Device.Open("simulator", new DeviceOptions { WarpSize = 2, WarpsPerGroup = 2, UseTuning = false });
        var recorder = new CountingRecorder();
        device.Record(recorder);
        var net = new NetworkBuilder(new Shape(1, 4, 4, 3));
        net.Output(net.ConvNorm("stem", net.Input, 4, new Window(3), ActivationKind.Silu));
        using var parameters = new ParameterStore(net.Graph, device, withGradients: false);
        parameters.Initialize(1);
        using var plan = new Plan(net.Graph, parameters, PlanMode.Inference);
        plan.Input("input").Upload(new float[48]);
        for (int i = 0; i < 3; i++)
            plan.Forward();
        Assert.That(recorder.Launches, Is.EqualTo(2));
        plan.Profiler = new Profiler(device);
        plan.Forward();
        Assert.That((recorder.Launches, plan.Profiler.Rows.Sum(r => r.Calls)), Is.EqualTo((2, plan.RunGraph.Nodes.Count)));
        plan.Profiler = null;
        plan.Forward();
        Assert.That(recorder.Launches, Is.EqualTo(3));
    }

    [Test]
    public void Operations_and_bytes_are_those_of_the_pass()
    {
        var op = new PointwiseConv(new Shape(1, 2, 2, 8), 16);
        ProfileRow forward = new("", "forward", "", op), backward = new("", "backward", "", op);
        Assert.That((forward.Flops, backward.Flops), Is.EqualTo((1024.0, 2048.0)));
        Assert.That((forward.Bytes, backward.Bytes), Is.EqualTo((4.0 * (32 + 128 + 64), 4.0 * (64 + (2 * 32) + (3 * 128)))));
        var roofline = new Roofline(CopyBytes: 100, ProductFlops: 10, "");
        Assert.That((roofline.LeastSeconds(5, 10), roofline.LeastSeconds(0, 10), roofline.LeastSeconds(5, 1000)),
            Is.EqualTo((0.5, 0.1, 10.0)));
    }

    [Test]
    public void A_training_step_shows_what_else_takes_time()
    {
        using var trainer = new StepRunner(Tiny, TestDevices.Get("cpu"), 2);
        var images = new float[2 * 16 * 16 * 3];
        trainer.Step(images, [0, 1], 0.01f);
        Profiler profiler = trainer.Profiler = new Profiler(TestDevices.Get("cpu"));
        trainer.Step(images, [0, 1], 0.01f);
        Assert.That(profiler.Rows.Where(r => r.Operator is null).Select(r => r.Name), Is.EquivalentTo(Other));
        Assert.That(profiler.Rows.Any(r => r is { Operator: SoftmaxCrossEntropy, Pass: "backward", Calls: 1 }));
    }

    [Test]
    public void A_roofline_is_measured([Values("cpu", "simulator 4x16")] string device)
    {
        Roofline roofline = Roofline.Measure(TestDevices.Get(device));
        Assert.That((roofline.CopyBytes > 1e6, roofline.ProductFlops > 1e3), Is.EqualTo((true, true)));
        Assert.That(roofline.Product, Does.StartWith("PointwiseConv").And.Contain(" by "));
    }

    private static void RequireTrace(Profiler profiler, Plan plan)
    {
        using var stream = new MemoryStream();
        ChromeTrace.Write(stream, profiler);
        JsonElement[] events = [.. JsonDocument.Parse(stream.ToArray()).RootElement.EnumerateArray()];
        Assert.That(events, Has.Length.EqualTo(Passes * ((2 * plan.RunGraph.Nodes.Count) + 1)));
        double end = 0;
        foreach (JsonElement e in events)
        {
            Assert.That(e.GetProperty("ph").GetString(), Is.EqualTo("X"));
            Assert.That((e.GetProperty("pid").GetInt32(), e.GetProperty("tid").GetInt32()), Is.EqualTo((1, 1)));
            double start = e.GetProperty("ts").GetDouble();
            // One after the other; times are rounded to a nanosecond.
            Assert.That(start, Is.GreaterThanOrEqualTo(end - 0.002));
            end = start + e.GetProperty("dur").GetDouble();
        }
        string[] Names(string category) =>
            [.. events.Where(e => e.GetProperty("cat").GetString() == category).Select(e => e.GetProperty("name").GetString()!)];
        string[] nodes = [.. plan.RunGraph.Nodes.Select(n => n.Name)];
        Assert.That(Names("forward")[..nodes.Length], Is.EqualTo(nodes));
        Assert.That(Names("backward")[..nodes.Length], Is.EqualTo(nodes.Reverse()));
        Assert.That(Names("other"), Has.Length.EqualTo(Passes));
        Node first = plan.RunGraph.Nodes[0];
        JsonElement args = events.First(e => e.GetProperty("name").GetString() == first.Name).GetProperty("args");
        Assert.That(args.GetProperty("operator").GetString(), Is.EqualTo(first.Operator.ToString()));
        Assert.That(args.GetProperty("inputs").GetString(), Is.EqualTo("[2x4x4x3]"));
        Assert.That(args.GetProperty("output").GetString(), Is.EqualTo("[2x4x4x4]"));
        Assert.That(args.GetProperty("candidate").GetString(), Is.Not.Empty);
        Assert.That(args.GetProperty("bytes").GetDouble(), Is.EqualTo(first.Operator.Bytes + first.Operator.Saved.Sum(s => s.Bytes)));
    }
}
