using BenchmarkDotNet.Attributes;

namespace GpuNet.Bench;

/// <summary>
/// Every distinct operator of a network as a training step runs it, forward with what backward needs, and backward with all gradients;
/// see <see cref="Subject"/> for the network.
/// </summary>
public class TrainingOperatorBenchmarks
{
    private Device device = null!;
    private OperandRotation rotation = null!;

    public static IEnumerable<string> Operators => Subject.TrainingOperators.Select(o => o.ToString());

    [ParamsSource(nameof(Operators))]
    public string Problem { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        device = Subject.OpenDevice();
        rotation = new OperandRotation(Subject.Find(Subject.TrainingOperators, Problem), device, training: true);
    }

    [Benchmark(Baseline = true)]
    public void Forward() => rotation.Forward();

    [Benchmark]
    public void Backward() => rotation.Backward();

    [GlobalCleanup]
    public void CleanUp()
    {
        rotation.Dispose();
        device.Dispose();
    }
}
