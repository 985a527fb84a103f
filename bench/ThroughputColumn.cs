using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using GpuNet.Kernels;

namespace GpuNet.Bench;

/// <summary>GFLOP/s of an operator; a backward pass counts twice the forward's operations.</summary>
internal sealed class ThroughputColumn : IColumn
{
    public string Id => nameof(ThroughputColumn);

    public string ColumnName => "GFLOP/s";

    public bool AlwaysShow => false;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => "Floating-point operations per nanosecond";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        if (benchmarkCase.Descriptor.Type != typeof(OperatorBenchmarks) || summary[benchmarkCase]?.ResultStatistics is not { } statistics)
            return "-";
        Operator op = OperatorBenchmarks.Find((string)benchmarkCase.Parameters[nameof(OperatorBenchmarks.Problem)]);
        double flops = op.Flops * (benchmarkCase.Descriptor.WorkloadMethod.Name == nameof(OperatorBenchmarks.Backward) ? 2.0 : 1.0);
        return (flops / statistics.Median).ToString("F1", CultureInfo.InvariantCulture);
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public bool IsAvailable(Summary summary) => true;
}
