using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using GpuNet.Kernels;

namespace GpuNet.Bench;

/// <summary>A figure of the operator benchmarks. Backward counts twice forward's operations.</summary>
internal sealed class OperatorColumn(OperatorFigure figure) : IColumn
{
    private static readonly Lazy<double> CopyGigaBytes = new(static () =>
    {
        using Device device = Subject.OpenDevice();
        return Roofline.MeasureCopy(device) / 1e9;
    });

    public string Id => $"{nameof(OperatorColumn)}.{figure}";

    public string ColumnName => figure switch { OperatorFigure.GigaFlops => "GFLOP/s", OperatorFigure.GigaBytes => "GB/s", _ => "of copy" };

    public bool AlwaysShow => false;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => (int)figure;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => figure switch
    {
        OperatorFigure.GigaFlops => "Floating-point operations per nanosecond",
        OperatorFigure.GigaBytes => "Bytes that must be read and written, per nanosecond",
        _ => "GB/s as a share of what a copy of large buffers reaches on the device",
    };

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        if (Operators(benchmarkCase) is not { } operators || summary[benchmarkCase]?.ResultStatistics is not { } statistics)
            return "-";
        Operator op = Subject.Find(operators, (string)benchmarkCase.Parameters["Problem"]);
        bool backward = benchmarkCase.Descriptor.WorkloadMethod.Name == nameof(TrainingOperatorBenchmarks.Backward);
        double bytes = backward ? op.BackwardBytes : op.Bytes;
        return figure switch
        {
            OperatorFigure.GigaFlops => Text(op.Flops * (backward ? 2.0 : 1.0) / statistics.Median),
            OperatorFigure.GigaBytes => Text(bytes / statistics.Median),
            _ => (bytes / statistics.Median / CopyGigaBytes.Value).ToString("P0", CultureInfo.InvariantCulture),
        };
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public bool IsAvailable(Summary summary) => summary.BenchmarksCases.Any(b => Operators(b) is not null);

    private static IEnumerable<Operator>? Operators(BenchmarkCase benchmarkCase) =>
        benchmarkCase.Descriptor.Type == typeof(InferenceOperatorBenchmarks) ? Subject.InferenceOperators
        : benchmarkCase.Descriptor.Type == typeof(TrainingOperatorBenchmarks) ? Subject.TrainingOperators
        : null;

    private static string Text(double value) => value.ToString("F1", CultureInfo.InvariantCulture);
}
