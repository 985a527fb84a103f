using System.Globalization;

namespace GpuNet.Bench.Operators;

/// <summary>What follows from the time of a case.</summary>
/// <param name="Case">The case.</param>
/// <param name="Nanoseconds">Median of a launch.</param>
internal sealed record OperatorFigures(OperatorCase Case, double Nanoseconds)
{
    /// <summary>Names and texts of the figures, for tables.</summary>
    public static IReadOnlyList<(string Name, string Legend, Func<OperatorFigures, string> Text)> All { get; } =
    [
        ("GFLOP/s", "Floating-point operations per nanosecond", f => Number(f.GigaFlops)),
        ("GB/s", "Bytes that must be read and written, per nanosecond", f => Number(f.GigaBytes)),
        ("of copy", "GB/s as a share of what a copy of large buffers reaches on the device", f => Share(f.ShareOfCopy)),
        ("of product", "GFLOP/s as a share of what our product of square matrices reaches on the device", f => Share(f.ShareOfProduct)),
    ];

    public double GigaFlops => Case.Problem.Flops / Nanoseconds;

    public double GigaBytes => Case.Problem.Bytes / Nanoseconds;

    public double ShareOfCopy => 1e9 * GigaBytes / Case.On.Roofline.CopyBytes;

    public double ShareOfProduct => 1e9 * GigaFlops / Case.On.Roofline.ProductFlops;

    public static string Share(double value) => value.ToString("P0", CultureInfo.InvariantCulture);

    public static string Number(double value) => value.ToString("F1", CultureInfo.InvariantCulture);

    /// <summary>A time with its unit.</summary>
    public static string Time(double nanoseconds) => nanoseconds switch
    {
        >= 1e6 => $"{Comparison.Figure.Text(nanoseconds / 1e6)} ms",
        _ => $"{Comparison.Figure.Text(nanoseconds / 1e3)} µs",
    };
}
