using BenchmarkDotNet.Attributes;

namespace GpuNet.Bench;

/// <summary>Every distinct operator of a network as inference runs it; see <see cref="Subject"/> for the network.</summary>
public class InferenceOperatorBenchmarks
{
    private Device device = null!;
    private BoundOperator bound = null!;

    public static IEnumerable<string> Operators => Subject.InferenceOperators.Select(o => o.ToString());

    [ParamsSource(nameof(Operators))]
    public string Problem { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        device = Subject.OpenDevice();
        bound = new BoundOperator(Subject.Find(Subject.InferenceOperators, Problem), device, training: false);
    }

    [Benchmark]
    public void Forward() => bound.Forward();

    [GlobalCleanup]
    public void CleanUp()
    {
        bound.Dispose();
        device.Dispose();
    }
}
