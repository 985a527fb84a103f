using System.Globalization;

namespace GpuNet.Cli;

/// <summary>Quantities as people read them.</summary>
internal static class Quantities
{
    /// <summary>A share as percent, always of the same width up to 100 %.</summary>
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share,6:F2} %").TrimStart();

    /// <summary>A number of things.</summary>
    public static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    /// <summary>A message without its line breaks.</summary>
    public static string OneLine(string message) =>
        string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>A number of epochs.</summary>
    public static string Epochs(int count) => Count(count, "epoch");

    /// <summary>A duration in the two units that matter.</summary>
    public static string Duration(double seconds)
    {
        TimeSpan time = TimeSpan.FromSeconds(Math.Clamp(double.IsFinite(seconds) ? seconds : 0, 0, 1e9));
        return time.TotalHours >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes:D2} min")
            : time.TotalMinutes >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds:D2} s")
            : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F1} s");
    }
}
