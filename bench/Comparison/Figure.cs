using System.Globalization;

namespace GpuNet.Bench.Comparison;

/// <summary>Numbers as the tables write them: three digits that count.</summary>
internal static class Figure
{
    public static string Text(double value) =>
        value.ToString(value >= 100 ? "F0" : value >= 10 ? "F1" : "F2", CultureInfo.InvariantCulture);

    public static string Ratio(double value) => value.ToString(value >= 10 ? "F1" : value >= 1 ? "F2" : "F3", CultureInfo.InvariantCulture);
}
