using System.Collections.Immutable;
using System.CommandLine;
using GpuNet.Cli;

namespace GpuNet.Bench;

/// <summary>What the benchmarks run: devices, networks and batch, as the options say.</summary>
/// <param name="Devices">Names of the devices.</param>
/// <param name="Models">The networks.</param>
/// <param name="Batch">Images of a pass; null leaves it to the device.</param>
/// <param name="Threads">Host threads; 0 takes every core.</param>
internal sealed record Subject(ImmutableArray<string> Devices, ImmutableArray<ModelSpec> Models, int? Batch, int Threads)
{
    // One image is what a processor is asked for; a card needs more to be busy.
    private const int BatchOfProcessor = 1;
    private const int BatchOfCard = 64;

    /// <summary>The subject of this process; benchmarks have no other way to be told.</summary>
    public static Subject Current { get; private set; } = null!;

    /// <summary>Opens one of the devices. Candidates are chosen by rule, whatever has been tuned on this machine.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="plainKernels">Whether it runs plain kernels alone.</param>
    public Device Open(string name, bool plainKernels = false) =>
        Device.Open(name, new DeviceOptions { Threads = Threads, PlainKernels = plainKernels, UseTuning = false });

    /// <summary>Images of a pass on a device.</summary>
    public int BatchOn(Device device) =>
        Batch ?? (device.Kind is DeviceKind.Cuda or DeviceKind.OpenCL && !device.Info.IsProcessor ? BatchOfCard : BatchOfProcessor);

    /// <summary>The options, and what is made of them.</summary>
    public sealed class Options
    {
        private readonly Option<string[]> devices = new("--device")
        {
            Description = "Device: a name of gpunet devices, more than once if need be; by default all but the simulator",
            HelpName = "name",
        };

        private readonly Option<string[]> models = new("--model")
        {
            Description = "Network, more than once if need be (default: mobilenetv2 and efficientnet-b0)",
            HelpName = "name",
        };

        private readonly Option<float?> width =
            OptionKinds.Number("--width", "Width multiplier (default: 1)", "a number above 0", v => v > 0);

        private readonly Option<int?> size =
            OptionKinds.Whole("--size", "Rows and columns of an image; by default those the network was designed for", 1);

        private readonly Option<int?> classes = OptionKinds.Whole("--classes", "Classes (default: 1000)", 2);

        private readonly Option<int?> batch =
            OptionKinds.Whole("--batch", $"Images of a pass (default: {BatchOfProcessor} on processors, {BatchOfCard} on cards)", 1);

        private readonly Option<int?> threads =
            OptionKinds.Whole("--threads", "Host threads (default: every core)", 1, DeviceOptions.MaxThreads);

        public Options(Command command)
        {
            foreach (Option option in (Option[])[devices, models, width, size, classes, batch, threads])
                command.Options.Add(option);
        }

        /// <summary>Makes the subject that was asked for the current one.</summary>
        /// <exception cref="GpuNetException">There is no such device or network.</exception>
        public void Apply(ParseResult parse)
        {
            string[] all = [.. Device.All().Where(d => d.Usable && d.Kind != DeviceKind.Simulator).Select(d => d.Name)];
            string[] named = parse.GetValue(devices) ?? [];
            foreach (string name in named)
                Device.Open(name).Dispose();
            Current = new Subject(
                [.. named.Length > 0 ? named : all],
                [.. (parse.GetValue(models) is { Length: > 0 } names ? names : ["mobilenetv2", "efficientnet-b0"])
                    .Select(n => Model(ModelCatalog.Find(n), parse))],
                parse.GetValue(batch),
                parse.GetValue(threads) ?? 0);
        }

        private ModelSpec Model(ModelEntry entry, ParseResult parse) => new(entry.Name)
        {
            ImageHeight = parse.GetValue(size) ?? entry.ImageSize,
            ImageWidth = parse.GetValue(size) ?? entry.ImageSize,
            Classes = parse.GetValue(classes) ?? 1000,
            Width = parse.GetValue(width) ?? 1,
        };
    }
}
