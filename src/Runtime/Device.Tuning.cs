using System.Globalization;

namespace GpuNet;

public sealed partial class Device
{
    private TuningFile? tuning;

    /// <summary>
    /// The candidates that were measured on this device before and remembered, read when they are first asked for; null if the device
    /// was opened without them (<see cref="DeviceOptions.UseTuning"/>).
    /// </summary>
    internal TuningFile? Tuning => Options.UseTuning
        ? LazyInitializer.EnsureInitialized(
        ref tuning, () => new TuningFile(Options.TuningPath ?? TuningFile.DefaultPath, TuningKey(Info, Options)))
        : null;

    /// <summary>
    /// Under what a device's choices are remembered: everything that the time of a kernel depends on, besides its code. Two cards of a
    /// kind share their choices.
    /// </summary>
    /// <param name="info">The device.</param>
    /// <param name="options">
    /// The choices it is opened with. Each that changes candidates, or how long they take, has a place in the text.
    /// </param>
    public static string TuningKey(DeviceInfo info, DeviceOptions options)
    {
        ArgumentNullException.ThrowIfNull(info);
        ArgumentNullException.ThrowIfNull(options);
        string[] parts =
        [
            $"{info.Kind} {info.Description}",
            string.Create(CultureInfo.InvariantCulture,
                $"{info.Multiprocessors} multiprocessors, groups of {info.MaxGroupSize} by {info.WarpSize}"),
            info.Driver.Length > 0 ? $"driver {info.Driver}" : "",
            KernelCompiler,
            options.Checked ? "checked" : "",
            options.Precision == Precision.Float32 ? "" : options.Precision.ToString(),
        ];
        return string.Join("; ", parts.Where(p => p.Length > 0));
    }
}
