using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace GpuNet.Bench.Operators;

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
