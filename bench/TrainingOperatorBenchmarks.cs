using BenchmarkDotNet.Attributes;

namespace GpuNet.Bench;

/// <summary>
/// Every distinct operator of a network as a training step runs it, forward with what backward needs, and backward with all gradients;
/// see <see cref="Subject"/> for the network.
/// </summary>
public class TrainingOperatorBenchmarks
{
    private Device device = null!;
    private BoundOperator bound = null!;

    public static IEnumerable<string> Operators => Subject.TrainingOperators.Select(o => o.ToString());

    [ParamsSource(nameof(Operators))]
    public string Problem { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        device = Subject.OpenDevice();
        bound = new BoundOperator(Subject.Find(Subject.TrainingOperators, Problem), device, training: true);
    }

    [Benchmark(Baseline = true)]
    public void Forward() => bound.Forward();

    [Benchmark]
    public void Backward() => bound.Backward();

    [GlobalCleanup]
    public void CleanUp()
    {
        bound.Dispose();
        device.Dispose();
    }
}
