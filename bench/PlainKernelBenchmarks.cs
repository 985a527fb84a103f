using BenchmarkDotNet.Attributes;

namespace GpuNet.Bench;

/// <summary>
/// A whole pass forward by the kernels that a plan chooses, against the plain ones, one thread an output, on every device that runs
/// kernels; see <see cref="Subject"/> for the networks.
/// </summary>
public class PlainKernelBenchmarks
{
    private readonly List<IDisposable> held = [];
    private Plan plain = null!;
    private Plan chosen = null!;

    public static IEnumerable<string> Devices => Subject.Current.Devices.Where(d => d != "cpu");

    public static IEnumerable<string> Models => Subject.Current.Models.Select(m => m.Name);

    [ParamsSource(nameof(Devices))]
    public string On { get; set; } = "";

    [ParamsSource(nameof(Models))]
    public string Model { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        plain = Build(plainKernels: true);
        chosen = Build(plainKernels: false);
    }

    [Benchmark(Baseline = true)]
    public void Plain() => Run(plain);

    [Benchmark]
    public void Chosen() => Run(chosen);

    [GlobalCleanup]
    public void CleanUp()
    {
        foreach (IDisposable one in held.AsEnumerable().Reverse())
            one.Dispose();
        held.Clear();
    }

    private static void Run(Plan plan)
    {
        plan.Forward();
        plan.Device.Synchronize();
    }

    private Plan Build(bool plainKernels)
    {
        Device device = Subject.Current.Open(On, plainKernels);
        held.Add(device);
        Graph graph = Subject.Current.Models.First(m => m.Name == Model).Build(Subject.Current.BatchOn(device));
        var parameters = new ParameterStore(graph, device, withGradients: false);
        held.Add(parameters);
        parameters.Initialize(1);
        var plan = new Plan(graph, parameters, PlanMode.Inference);
        held.Add(plan);
        var images = new float[graph.Inputs["input"].Shape.Elements];
        var random = new Random(1);
        foreach (ref float value in images.AsSpan())
            value = random.NextSingle();
        plan.Input("input").Upload(images);
        return plan;
    }
}
