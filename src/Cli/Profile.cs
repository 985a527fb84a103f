using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using GpuNet.Kernels;
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
    public void Save() => AtomicFile.Write(path, file => ChromeTrace.Write(file, Profiler));

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
                row.Bytes > 0 && roofline is not null
                    ? Text(100 * roofline.LeastSeconds(row.Flops, row.Bytes) / row.Mean, "F0", " %") : "");
        }
        terminal.Write(table, Terminal.OperatorTableWidth);
        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"{1e3 * Profiler.Seconds:F3} ms in all on {device}, which waits between "
                + $"operators{(device.IsHost ? "" : "; a time includes the launch")}"));
        terminal.Line(roofline is null ? $"no roofline: {obstacle}" : $"roofline, measured: {roofline}");
        terminal.Line($"trace{(Profiler.IsCut ? $" of the first {Profiler.MaxEvents} calls" : "")}: {path} (chrome://tracing, "
            + "https://ui.perfetto.dev)");
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

/// <summary>The option <c>--profile</c>: operator by operator, where the time goes.</summary>
internal sealed class ProfileOption
{
    private const string Extension = ".json";
    private const string DefaultName = "profile.json";

    private readonly Option<string?> option = new("--profile")
    {
        Description = $"Print the time of every operator, and write a trace for chrome://tracing or Perfetto (default: {DefaultName})",
        HelpName = "file.json",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public ProfileOption(Command command)
    {
        option.Validators.Add(Check);
        command.Options.Add(option);
    }

    /// <summary>Whether a profile is asked for.</summary>
    public bool IsGiven(ParseResult parse) => parse.GetResult(option) is { Implicit: false };

    /// <summary>The file that receives the trace; null if no profile is asked for.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="folder">Where it goes if it is not named: an absolute path, or one from the current folder.</param>
    /// <exception cref="UsageException">There is no such folder.</exception>
    public string? Path(ParseResult parse, string folder = "")
    {
        if (!IsGiven(parse))
            return null;
        if (parse.GetValue(option) is not { } named)
            return System.IO.Path.Combine(folder, DefaultName);
        string place = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(named)) ?? "";
        return Directory.Exists(place)
            ? named : throw new UsageException($"--profile: expected a file in a folder that is there, got {named}.");
    }

    // A picture or a folder behind a bare --profile would be taken for the file, and overwritten.
    private static void Check(OptionResult result)
    {
        if (result.Tokens.Count == 1 && !result.Tokens[0].Value.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
        {
            result.AddError($"--profile: expected a file name that ends in {Extension}, got '{result.Tokens[0].Value}'; without one, "
                + "write --profile last");
        }
    }
}
