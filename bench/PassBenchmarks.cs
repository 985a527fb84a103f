using BenchmarkDotNet.Attributes;

namespace GpuNet.Bench;

/// <summary>Whole passes of a network: forward at inference, and a training step; see <see cref="Subject"/> for the network.</summary>
public class PassBenchmarks
{
    private Device device = null!;
    private ParameterStore parameters = null!;
    private Plan plan = null!;
    private StepRunner trainer = null!;
    private float[] images = [];
    private int[] labels = [];

    public static IEnumerable<string> Devices => Subject.Current.Devices;

    public static IEnumerable<string> Models => Subject.Current.Models.Select(m => m.Name);

    [ParamsSource(nameof(Devices))]
    public string On { get; set; } = "";

    [ParamsSource(nameof(Models))]
    public string Model { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        device = Subject.Current.Open(On);
        ModelSpec model = Subject.Current.Models.First(m => m.Name == Model);
        int batch = Subject.Current.BatchOn(device);
        Graph graph = model.Build(batch);
        var random = new Random(1);
        images = new float[graph.Inputs["input"].Shape.Elements];
        foreach (ref float value in images.AsSpan())
            value = random.NextSingle();
        labels = [.. Enumerable.Range(0, batch).Select(i => i % model.Classes.Count)];
        parameters = new ParameterStore(graph, device, withGradients: false);
        parameters.Initialize(1);
        plan = new Plan(graph, parameters, PlanMode.Inference);
        plan.Input("input").Upload(images);
        trainer = new StepRunner(model, device, batch);
    }

    [Benchmark]
    public void Inference()
    {
        plan.Forward();
        device.Synchronize();
    }

    [Benchmark]
    public double TrainingStep() => trainer.Step(images, labels, 0.001f).Loss;

    [GlobalCleanup]
    public void CleanUp()
    {
        trainer.Dispose();
        plan.Dispose();
        parameters.Dispose();
        device.Dispose();
    }
}
