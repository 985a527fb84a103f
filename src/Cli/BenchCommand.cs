using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace GpuNet.Cli;

/// <summary><c>gpunet bench</c>: how long a network takes on this machine, and how much memory.</summary>
internal static class BenchCommand
{
    private const int DefaultRuns = 25;

    // Beyond this a typing error is likelier than patience.
    private const int MaxRuns = 1_000_000;

    public static Command Create(Terminal terminal)
    {
        var command = new Command("bench", "Time a network with random parameters");
        var options = new SubjectOptions(command, "Time training steps as well");
        Option<int?> runs =
            OptionKinds.Whole("--runs", $"Runs to take the median of, after the warm-up (default: {DefaultRuns})", 1, MaxRuns);
        Option<bool> json = OptionKinds.Flag("--json", "Print one JSON object");
        command.Options.Add(runs);
        command.Options.Add(json);
        var profiling = new ProfileOption(command);
        var place = new PlaceOptions(command, terminal);
        command.SetAction(parse =>
        {
            SubjectOptions.Subject subject = options.Read(parse);
            string? trace = profiling.Path(parse);
            using Device device = place.Open(parse);
            Profile? profile = trace is null ? null : new Profile(device, trace);
            Figures figures = Measure(subject, device, parse.GetValue(runs) ?? DefaultRuns, profile);
            profile?.Save();
            if (parse.GetValue(json))
            {
                terminal.Json(figures);
            }
            else
            {
                Print(terminal, figures, device);
                profile?.Print(terminal);
            }
            return ExitCodes.Done;
        });
        return command;
    }

    private static Figures Measure(SubjectOptions.Subject subject, Device device, int runs, Profile? profile)
    {
        (ModelSpec spec, int batch, bool train) = subject;
        var timing = new ModelTiming(spec, device, batch, runs, profile);
        double inference = timing.Inference();
        // Before training, which takes several times as much.
        double peak = ProcessMemory.PeakMegabytes();
        int warmUp = timing.WarmUpRuns;
        string inferenceMode = timing.LaunchMode;
        double? step = train ? timing.TrainingStep() : null;
        return new Figures(
            Program.Version, spec.Name, spec.Width, batch, spec.ImageHeight, spec.Classes.Count, device.Name, Device.KernelCompiler,
            PlaceOptions.Name(device.Options.Precision), device.Workers.Count, runs, warmUp, inferenceMode, train
                ? timing.LaunchMode : null,
            inference, 1000 * batch / inference, step, 1000 * batch / step, peak > 0 ? peak : null, profile?.Path);
    }

    private static void Print(Terminal terminal, Figures f, Device device)
    {
        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"{f.Model}, width {f.Width}, batch {f.Batch}, {f.Size}x{f.Size}x3, {f.Classes} classes; {device}, "
                + $"{f.Threads} host thread{(f.Threads == 1 ? "" : "s")}, {f.Precision}, {f.KernelCompiler}"));
        Table table = Terminal.NewTable(("", false), ("median", true), ("images/s", true));
        table.AddRow("inference", Milliseconds(f.InferenceMs), Rate(f.InferenceImagesPerS));
        if (f is { TrainingStepMs: { } step, TrainingImagesPerS: { } rate })
            table.AddRow("training step", Milliseconds(step), Rate(rate));
        if (f.PeakMemoryMb is { } peak)
            table.AddRow("peak memory", string.Create(CultureInfo.InvariantCulture, $"{peak:F0} MiB"), "");
        terminal.Write(table);
        terminal.Line($"Median of {f.Runs} run{(f.Runs == 1 ? "" : "s")} after {f.WarmUpRuns} to warm up; the memory is the process's, "
            + "for inference alone.");
        if (!device.IsHost)
            terminal.Line($"Inference: {f.InferenceLaunches}.{(f.TrainingLaunches is { } launches ? $" Training: {launches}." : "")}");
    }

    private static string Milliseconds(double value) => value.ToString(value < 10 ? "F3" : "F1", CultureInfo.InvariantCulture) + " ms";

    private static string Rate(double value) => value.ToString("F1", CultureInfo.InvariantCulture);

    /// <summary>What is printed, under the names other libraries' timing scripts use.</summary>
    private sealed record Figures(
        string Version,
        string Model,
        double Width,
        int Batch,
        int Size,
        int Classes,
        string Device,
        string KernelCompiler,
        string Precision,
        int Threads,
        int Runs,
        int WarmUpRuns,
        string InferenceLaunches,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TrainingLaunches,
        double InferenceMs,
        double InferenceImagesPerS,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? TrainingStepMs,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? TrainingImagesPerS,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? PeakMemoryMb,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Profile);
}
