using BenchmarkDotNet.Attributes;
using GpuNet.Network;

namespace GpuNet.Bench;

/// <summary>Whole passes of MobileNetV2: inference at 224x224, and a training step on 32x32 images.</summary>
public class TrainingBenchmarks
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
        device = BenchDevice.Open();
        Graph graph = new ModelSpec("mobilenetv2").Build(1);
        parameters = new ParameterStore(graph, device, withGradients: false);
        parameters.Initialize(1);
        plan = new Plan(graph, parameters, PlanMode.Inference);
        plan.Input("input").Upload(new float[224 * 224 * 3]);
        var small = new ModelSpec("mobilenetv2") { Width = 0.5f, Classes = 10, ImageHeight = 32, ImageWidth = 32 };
        trainer = new Trainer(small, device, new TrainerOptions { Batch = 128 });
        var random = new Random(1);
        images = [.. Enumerable.Range(0, 128 * 32 * 32 * 3).Select(_ => random.NextSingle())];
        labels = [.. Enumerable.Range(0, 128).Select(i => i % 10)];
    }

    [Benchmark]
    public void Inference224Batch1()
    {
        plan.Forward();
        device.Synchronize();
    }

    [Benchmark]
    public BatchResult TrainingStep32Batch128() => trainer.Step(images, labels, 0.001f);

    [GlobalCleanup]
    public void CleanUp()
    {
        trainer.Dispose();
        plan.Dispose();
        parameters.Dispose();
        device.Dispose();
    }
}
