using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Spectre.Console;

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
                terminal.Json(new { Device.KernelApi, Device.KernelApiNote, Devices = all.Select(Describe) });
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
        d.Note,
    };

    private static void Print(Terminal terminal, ImmutableArray<DeviceInfo> all)
    {
        Table table = Terminal.NewTable(
            ("device", false), ("description", false), ("memory", true), ("multiprocessors", true), ("warp", true), ("max group", true), ("note", false));
        table.Columns[^1].NoWrap = false;
        foreach (DeviceInfo d in all)
        {
            string[] cells =
            [
                d.Name, d.Description, d.MemoryBytes > 0 ? string.Create(CultureInfo.InvariantCulture, $"{d.MemoryBytes / (double)(1L << 30):F1} GiB") : "",
                Number(d.Multiprocessors), Number(d.WarpSize), Number(d.MaxGroupSize), d.Usable ? d.Note : $"not usable: {d.Note}",
            ];
            table.AddRow(cells.Select(c => new Markup(Markup.Escape(c), d.Usable ? Style.Plain : new Style(decoration: Decoration.Dim))));
        }
        terminal.Console.Write(table);
        terminal.Line($"Kernel API: {Device.KernelApi}{(Device.KernelApiNote.Length > 0 ? $" ({Device.KernelApiNote})" : "")}");
    }

    private static string Number(int value) => value > 0 ? value.ToString(CultureInfo.InvariantCulture) : "";
}
