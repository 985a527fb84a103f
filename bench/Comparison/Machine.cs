using System.Runtime.InteropServices;

namespace GpuNet.Bench.Comparison;

/// <summary>What was measured on, without what names its owner.</summary>
internal sealed record Machine(string Processor, int Cores, string Vectors, string System, string Runtime)
{
    private const string ProcessorFile = "/proc/cpuinfo";

    public static Machine Here() => new(
        ProcessorName(), Environment.ProcessorCount, Device.All().First(d => d.Name == "cpu").Description,
        RuntimeInformation.OSDescription.Trim(), RuntimeInformation.FrameworkDescription);

    /// <summary>A name for files.</summary>
    public string FileName => string.Join('-', $"{Processor} {Cores} cores".ToLowerInvariant()
        .Replace("(r)", "", StringComparison.Ordinal).Replace("(tm)", "", StringComparison.Ordinal)
        .Split([' ', '@', '(', ')', '/', '.', ','], StringSplitOptions.RemoveEmptyEntries));

    private static string ProcessorName()
    {
        string? line = File.Exists(ProcessorFile)
            ? File.ReadLines(ProcessorFile).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line is null ? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString()
            : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
