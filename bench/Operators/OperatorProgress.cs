using BenchmarkDotNet.EventProcessors;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace GpuNet.Bench.Operators;

/// <summary>Takes each result as it comes, so that a run that is cut off keeps what it had.</summary>
internal sealed class OperatorProgress(OperatorReport report) : EventProcessor
{
    private static readonly TimeSpan WriteEvery = TimeSpan.FromSeconds(5);

    private DateTime written = DateTime.UtcNow;
    private int left;

    public override void OnStartRunBenchmarksInType(Type type, IReadOnlyList<BenchmarkCase> benchmarks) => left = benchmarks.Count;

    public override void OnEndRunBenchmark(BenchmarkCase benchmarkCase, BenchmarkReport report)
    {
        left--;
        if (report.ResultStatistics is not { } statistics)
            return;
        OperatorCase done = OperatorOrder.Find(benchmarkCase);
        Add(new OperatorFigures(done, statistics.Median));
    }

    private void Add(OperatorFigures figures)
    {
        report.Add(figures);
        string all = string.Join(", ", OperatorFigures.All.Select(f => $"{f.Text(figures)} {f.Name}"));
        Console.WriteLine($"{left,4} left: {figures.Case}: {OperatorFigures.Time(figures.Nanoseconds)}, {all}");
        if (DateTime.UtcNow - written < WriteEvery)
            return;
        report.Write();
        written = DateTime.UtcNow;
    }
}
