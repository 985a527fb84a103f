using System.CommandLine;

namespace GpuNet.Cli;

/// <summary>The options that say where a network runs.</summary>
internal sealed class PlaceOptions
{
    private static readonly Dictionary<string, Precision> Precisions = new() { ["float32"] = Precision.Float32, ["tf32"] = Precision.TensorFloat32 };

    private readonly Option<string> device = OptionKinds.Text("--device", "Device: auto (default) or a name of gpunet devices", "name");

    private readonly Option<int?> threads = OptionKinds.Whole("--threads", "Host threads; 0 (default) takes every core", 0, DeviceOptions.MaxThreads);

    private readonly Option<bool> noGraph = OptionKinds.Flag("--no-graph", "Launch every kernel by itself, also where the driver can repeat a pass as one launch");

    private readonly Option<string> precision = OptionKinds.OneOf(
        "--precision", "How exactly matrix products are computed (tf32: on CUDA devices with matrix units only; see docs/precision.md)", Precisions.Keys);

    public PlaceOptions(Command command)
    {
        command.Options.Add(device);
        command.Options.Add(threads);
        command.Options.Add(noGraph);
        command.Options.Add(precision);
    }

    /// <summary>Opens the device.</summary>
    /// <exception cref="GpuNetException">It cannot be used.</exception>
    public Device Open(ParseResult parse) =>
        Device.Open(parse.GetValue(device) ?? "auto", new DeviceOptions
        {
            Threads = parse.GetValue(threads) ?? 0,
            Graphs = !parse.GetValue(noGraph),
            Precision = Precisions[parse.GetValue(precision) ?? "float32"],
        });
}
