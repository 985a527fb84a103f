using BenchmarkDotNet.Attributes;
using GpuNet.Network;

namespace GpuNet.Bench;

/// <summary>Whole passes of a network: forward at inference, and a training step; see <see cref="Subject"/> for the network.</summary>
public class PassBenchmarks
{
    private Device device = null!;
    private ParameterStore parameters = null!;
    private Plan plan = null!;
    private Trainer trainer = null!;
    private float[] images = [];
    private int[] labels = [];

    [GlobalSetup]
    public void SetUp()
    {
        device = Subject.OpenDevice();
        Graph graph = Subject.Model.Build(Subject.Batch);
        var random = new Random(1);
        images = new float[graph.Inputs["input"].Shape.Elements];
        foreach (ref float value in images.AsSpan())
            value = random.NextSingle();
        labels = [.. Enumerable.Range(0, Subject.Batch).Select(i => i % Subject.Model.Classes)];
        parameters = new ParameterStore(graph, device, withGradients: false);
        parameters.Initialize(1);
        plan = new Plan(graph, parameters, PlanMode.Inference);
        plan.Input("input").Upload(images);
        trainer = new Trainer(Subject.Model, device, new TrainerOptions { Batch = Subject.Batch });
    }

    [Benchmark]
    public void Inference()
    {
        plan.Forward();
        device.Synchronize();
    }

    [Benchmark]
    public BatchResult TrainingStep() => trainer.Step(images, labels, 0.001f);

    [GlobalCleanup]
    public void CleanUp()
    {
        trainer.Dispose();
        plan.Dispose();
        parameters.Dispose();
        device.Dispose();
    }
}
