using System.Diagnostics;
using System.Globalization;

namespace GpuNet.Cli;

/// <summary>Memory of this process.</summary>
internal static class ProcessMemory
{
    private const string Status = "/proc/self/status";
    private const string Peak = "VmHWM:";

    /// <summary>The largest resident set so far in MiB; 0 where the system does not tell.</summary>
    public static double PeakMegabytes()
    {
        if (!File.Exists(Status))
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64 / 1048576.0;
        }
        // "VmHWM:     1234 kB"
        string? line = File.ReadLines(Status).FirstOrDefault(l => l.StartsWith(Peak, StringComparison.Ordinal));
        string number = line?[Peak.Length..].Replace("kB", "", StringComparison.Ordinal).Trim() ?? "0";
        return long.Parse(number, CultureInfo.InvariantCulture) / 1024.0;
    }
}
