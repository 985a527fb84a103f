using System.Diagnostics;
using System.Globalization;
using GpuNet.Kernels;
using GpuNet.Network;
using Spectre.Console;

namespace GpuNet.Cli;

/// <summary>A profile that is being taken, and what is printed and written of it.</summary>
/// <param name="device">Where the network runs.</param>
/// <param name="path">The file that receives the trace.</param>
internal sealed class Profile(Device device, string path)
{
    // The runtime compiles host code for good, and clocks rise, in the first second.
    private const int LeastWarmUpPasses = 5;
    private const int MostWarmUpPasses = 200;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1.5);

    private const int Passes = 10;
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(5);

    /// <summary>What the passes are timed with.</summary>
    public Profiler Profiler { get; } = new(device);

    /// <summary>The file that receives the trace.</summary>
    public string Path => path;

    /// <summary>Repeats a pass, first to warm up, then with the profiler.</summary>
    /// <param name="attach">Gives the pass the profiler, or takes it away.</param>
    /// <param name="pass">The pass; it leaves things so that it can be run again.</param>
    public void Repeat(Action<Profiler?> attach, Action pass)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < MostWarmUpPasses; i++)
        {
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            if ((i >= LeastWarmUpPasses && elapsed > WarmUp) || elapsed > Long)
                break;
            pass();
        }
        attach(Profiler);
        start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Passes && (i == 0 || Stopwatch.GetElapsedTime(start) < Long); i++)
            pass();
        attach(null);
    }

    /// <summary>Writes the trace.</summary>
    public void Save()
    {
        string temporary = path + ".tmp";
        using (FileStream file = File.Create(temporary))
            ChromeTrace.Write(file, Profiler);
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Prints the table.</summary>
    public void Print(Terminal terminal)
    {
        Roofline? roofline = MeasureRoofline(out string obstacle);
        Table table = Terminal.NewTable(
            ("operator", false), ("pass", false), ("candidate", false), ("calls", true), ("total", true), ("mean", true), ("share", true),
            ("GFLOP/s", true), ("GB/s", true), ("roofline", true));
        foreach (ProfileRow row in Profiler.Rows)
        {
            table.AddRow(
                Markup.Escape(row.Name), row.Pass, Markup.Escape(row.Candidate),
                row.Calls.ToString(CultureInfo.InvariantCulture),
                Text(1e3 * row.Seconds, "F3", " ms"),
                Text(1e6 * row.Mean, "F1", " us"),
                Text(100 * row.Seconds / Profiler.Seconds, "F1", " %"),
                row.Flops > 0 ? Text(row.Flops / row.Mean / 1e9, "F1", "") : "",
                row.Bytes > 0 ? Text(row.Bytes / row.Mean / 1e9, "F1", "") : "",
                row.Bytes > 0 && roofline is not null ? Text(100 * roofline.LeastSeconds(row.Flops, row.Bytes) / row.Mean, "F0", " %") : "");
        }
        terminal.Write(table, Terminal.OperatorTableWidth);
        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"{1e3 * Profiler.Seconds:F3} ms in all on {device}, which waits between operators{(device.IsHost ? "" : "; a time includes the launch")}"));
        terminal.Line(roofline is null ? $"no roofline: {obstacle}" : string.Create(CultureInfo.InvariantCulture,
            $"roofline, measured: copy {roofline.CopyBytes / 1e9:F1} GB/s, product {roofline.ProductFlops / 1e9:F1} GFLOP/s ({roofline.Product})"));
        terminal.Line($"trace{(Profiler.IsCut ? $" of the first {Profiler.MaxEvents} calls" : "")}: {path} (chrome://tracing, https://ui.perfetto.dev)");
    }

    // Beside the network there may be too little memory; the times are worth having all the same.
    private Roofline? MeasureRoofline(out string obstacle)
    {
        obstacle = "";
        try
        {
            return Roofline.Measure(device);
        }
        catch (GpuNetException e)
        {
            obstacle = e.Message;
            return null;
        }
    }

    private static string Text(double value, string format, string unit) => value.ToString(format, CultureInfo.InvariantCulture) + unit;
}
