using System.Globalization;
using System.Runtime.InteropServices;

namespace GpuNet.Bench.Comparison;

/// <summary>What was measured on, without what names its owner.</summary>
internal sealed record Machine(string Processor, int Cores, string Vectors, string System, string Runtime)
{
    private const double BusyShare = 0.3;
    private const string ProcessorFile = "/proc/cpuinfo";

    public static Machine Here() => new(
        ProcessorName(), Environment.ProcessorCount, Device.All().First(d => d.Name == "cpu").Description,
        RuntimeInformation.OSDescription.Trim(), RuntimeInformation.FrameworkDescription);

    /// <summary>A name for files.</summary>
    public string FileName => Slug($"{Processor} {Cores} cores");

    /// <summary>A name of a processor or card, in letters, digits and hyphens.</summary>
    public static string Slug(string name) => string.Join('-', name.ToLowerInvariant()
        .Replace("(r)", "", StringComparison.Ordinal).Replace("(tm)", "", StringComparison.Ordinal)
        .Split([' ', '@', '(', ')', '/', '.', ','], StringSplitOptions.RemoveEmptyEntries));

    /// <summary>A warning if others keep the machine busy; null if not, or if it does not tell.</summary>
    public static string? Busy()
    {
        const string loadFile = "/proc/loadavg";
        if (!File.Exists(loadFile))
            return null;
        string load = File.ReadAllText(loadFile).Split(' ')[0];
        return double.Parse(load, CultureInfo.InvariantCulture) > Environment.ProcessorCount * BusyShare
            ? $"The machine was not idle when the run began (load average {load}), so its figures say less."
            : null;
    }

    private static string ProcessorName()
    {
        string? line = File.Exists(ProcessorFile)
            ? File.ReadLines(ProcessorFile).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line is null
            ? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString()
            : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
