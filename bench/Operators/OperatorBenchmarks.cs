using BenchmarkDotNet.Attributes;

namespace GpuNet.Bench.Operators;

/// <summary>
/// One candidate of an operator. Its cases are not made from attributes but by <see cref="OperatorsCommand"/>, which knows the devices and
/// how many launches make a measurement.
/// </summary>
public class OperatorBenchmarks
{
    private Action run = static () => { };
    private IDisposable? graph;

    /// <summary>Says which of the cases this is.</summary>
    public string Case { get; set; } = "";

    /// <summary>The cases by their names.</summary>
    internal static Dictionary<string, OperatorCase> Cases { get; } = [];

    /// <summary>When to stop: cases that begin later are left out.</summary>
    internal static DateTime End { get; set; } = DateTime.MaxValue;

    [GlobalSetup]
    public void SetUp()
    {
        if (DateTime.UtcNow > End)
            throw new TimeoutException("out of time");
        (run, graph) = Cases[Case].Prepare();
    }

    [Benchmark]
    public void Launches() => run();

    [GlobalCleanup]
    public void CleanUp() => graph?.Dispose();
}
