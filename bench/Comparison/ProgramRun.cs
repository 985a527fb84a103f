using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace GpuNet.Bench.Comparison;

/// <summary>One run of a program in a process of its own.</summary>
/// <param name="Output">What it printed.</param>
/// <param name="Error">What it complained of; empty if it did what it should.</param>
/// <param name="Seconds">From its start to its end.</param>
internal sealed record ProgramRun(string Output, string Error, double Seconds)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    public bool Succeeded => Error.Length == 0;

    /// <summary>The JSON object it printed.</summary>
    /// <exception cref="GpuNetException">It failed; the message is its own.</exception>
    public JsonElement Json
    {
        get
        {
            try
            {
                return Succeeded ? JsonDocument.Parse(Output).RootElement : throw new GpuNetException(Error);
            }
            catch (JsonException e)
            {
                throw new GpuNetException($"a program printed something else than its figures: {Output.Trim()}", e);
            }
        }
    }

    /// <summary>Runs a program to its end.</summary>
    public static ProgramRun Of(string program, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        long begin = Stopwatch.GetTimestamp();
        try
        {
            using var process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(Patience))
            {
                process.Kill(entireProcessTree: true);
                return new ProgramRun("", $"{program} took more than {Patience.TotalMinutes} minutes", Patience.TotalSeconds);
            }
            double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            string complaint = process.ExitCode == 0 ? "" : $"{program} ended with {process.ExitCode}: {LastLine(error.Result)}";
            return new ProgramRun(output.Result, complaint, seconds);
        }
        catch (Win32Exception)
        {
            return new ProgramRun("", $"{program} cannot be started", 0);
        }
    }

    private static string LastLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";
}
