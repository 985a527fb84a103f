using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.EventProcessors;
using BenchmarkDotNet.Order;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace GpuNet.Bench.Operators;

/// <summary>
/// One candidate of an operator. Its cases are not made from attributes but by <see cref="OperatorsCommand"/>, which knows the devices and
/// how many launches make a measurement.
/// </summary>
public class OperatorBenchmarks
{
    private PreparedCase? prepared;

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
        prepared = Cases[Case].Prepare();
    }

    [Benchmark]
    public void Launches() => prepared!.Run();

    [GlobalCleanup]
    public void CleanUp() => prepared?.Dispose();
}

/// <summary>Cases as they were made; those of a problem on a device form a group, whose baseline is the first candidate.</summary>
internal sealed class OperatorOrder : IOrderer
{
    public bool SeparateLogicalGroups => true;

    public IEnumerable<BenchmarkCase> GetExecutionOrder(
        ImmutableArray<BenchmarkCase> benchmarksCase, IEnumerable<BenchmarkLogicalGroupRule>? order = null) =>
        benchmarksCase;

    public IEnumerable<BenchmarkCase> GetSummaryOrder(ImmutableArray<BenchmarkCase> benchmarksCases, Summary summary) => benchmarksCases;

    public string? GetHighlightGroupKey(BenchmarkCase benchmarkCase) => null;

    public string GetLogicalGroupKey(ImmutableArray<BenchmarkCase> allBenchmarksCases, BenchmarkCase benchmarkCase) =>
        Find(benchmarkCase).Group;

    public IEnumerable<IGrouping<string, BenchmarkCase>> GetLogicalGroupOrder(
        IEnumerable<IGrouping<string, BenchmarkCase>> logicalGroups, IEnumerable<BenchmarkLogicalGroupRule>? order = null) =>
        logicalGroups;

    /// <summary>The case behind BenchmarkDotNet's.</summary>
    public static OperatorCase Find(BenchmarkCase benchmarkCase) =>
        OperatorBenchmarks.Cases[(string)benchmarkCase.Parameters[nameof(OperatorBenchmarks.Case)]];
}

/// <summary>A figure of <see cref="OperatorFigures"/> in BenchmarkDotNet's table.</summary>
internal sealed class OperatorColumn(int figure) : IColumn
{
    public string Id => $"{nameof(OperatorColumn)}.{figure}";

    public string ColumnName => OperatorFigures.All[figure].Name;

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => figure;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => OperatorFigures.All[figure].Legend;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
        summary[benchmarkCase]?.ResultStatistics is { } statistics
            ? OperatorFigures.All[figure].Text(new OperatorFigures(OperatorOrder.Find(benchmarkCase), statistics.Median))
            : "-";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public bool IsAvailable(Summary summary) => true;
}

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
