using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using GpuNet.Kernels;

namespace GpuNet.Cli;

/// <summary><c>gpunet devices</c>: what networks can run on here, and what they cannot, with the reason.</summary>
internal static class DevicesCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<bool> json = OptionKinds.Flag("--json", "Print one JSON object");
        var command = new Command("devices", "List the devices of this machine") { json };
        command.SetAction(parse =>
        {
            ImmutableArray<DeviceInfo> all = Device.All();
            if (parse.GetValue(json))
                terminal.Json(new { Device.KernelCompiler, Devices = all.Select(Describe) });
            else
                Print(terminal, all);
            return ExitCodes.Done;
        });
        return command;
    }

    private static object Describe(DeviceInfo d) => new
    {
        d.Name,
        Kind = d.Name.Split(':')[0],
        d.Description,
        d.MemoryBytes,
        d.Multiprocessors,
        d.WarpSize,
        d.MaxGroupSize,
        d.SharedMemoryBytes,
        d.Usable,
        d.Automatic,
        PassesAsOneLaunch = d.Usable && d.GraphObstacle.Length == 0,
        d.GraphObstacle,
        d.Driver,
        TunedChoices = d.Usable && d.Kind != DeviceKind.Cpu ? TunedChoices(d) : 0,
        d.Note,
    };

    // A list, not a table: descriptions and notes are too long for the columns of a narrow terminal.
    private static void Print(Terminal terminal, ImmutableArray<DeviceInfo> all)
    {
        int width = all.Max(d => d.Name.Length) + 2;
        foreach (DeviceInfo d in all)
        {
            terminal.Line(d.Name.PadRight(width) + (d.Usable ? d.Description : $"not usable: {d.Note}"));
            if (!d.Usable)
                continue;
            int tuned = d.Kind == DeviceKind.Cpu ? 0 : TunedChoices(d);
            string[] facts = [Memory(d.MemoryBytes), Count(d.Multiprocessors, d.Kind == DeviceKind.Cpu ? "cores" : "multiprocessors"),
                .. Groups(d), d.Driver.Length > 0 ? $"driver {d.Driver}" : "", tuned > 0 ? Quantities.Count(tuned, "tuned choice") : ""];
            terminal.Line(new string(' ', width) + string.Join(", ", facts.Where(f => f.Length > 0)));
            if (d.Kind != DeviceKind.Cpu)
                terminal.Line(new string(' ', width) + Passes(d));
            if (d.Note.Length > 0)
                terminal.Line(new string(' ', width) + d.Note);
        }
        terminal.Line($"Kernels compiled by {Device.KernelCompiler}");
    }

    private static string[] Groups(DeviceInfo d) =>
        d.Kind == DeviceKind.Cpu ? [] : [Count(d.WarpSize, "threads a warp"), Count(d.MaxGroupSize, "a group")];

    private static string Passes(DeviceInfo d) =>
        d.GraphObstacle.Length > 0 ? $"passes as a list of launches: {d.GraphObstacle}" : "passes as one launch: CUDA graphs";

    // Those that plans would follow; what was measured with other code is not.
    private static int TunedChoices(DeviceInfo d) =>
        new TuningFile(TuningFile.DefaultPath, Device.TuningKey(d, new DeviceOptions())).CountOf(Operator.Build);

    private static string Memory(long bytes) =>
        bytes > 0 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):F1} GiB") : "";

    private static string Count(int value, string what) => value > 0 ? string.Create(CultureInfo.InvariantCulture, $"{value} {what}") : "";
}
