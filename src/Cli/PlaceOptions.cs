using System.CommandLine;

namespace GpuNet.Cli;

/// <summary>The options that say where a network runs.</summary>
internal sealed class PlaceOptions
{
    /// <summary>The values of <c>--precision</c>.</summary>
    internal static readonly Dictionary<string, Precision> Precisions =
        new() { ["float32"] = Precision.Float32, ["tf32"] = Precision.TensorFloat32, ["bfloat16"] = Precision.Bfloat16 };

    /// <summary>The value of <c>--precision</c> that stands for a precision.</summary>
    internal static string Name(Precision precision) => Precisions.Single(p => p.Value == precision).Key;

    private readonly Option<string> device = OptionKinds.Text("--device", "Device: auto (default) or a name of gpunet devices", "name");

    private readonly Option<int?> threads =
        OptionKinds.Whole("--threads", "Host threads; 0 (default) takes every core", 0, DeviceOptions.MaxThreads);

    private readonly Option<bool> noGraph =
        OptionKinds.Flag("--no-graph", "Launch every kernel by itself, also where the driver can repeat a pass as one launch");

    private readonly Option<string> precision = OptionKinds.OneOf(
        "--precision", "How exactly values are computed and kept (tf32: matrix products, on CUDA devices with matrix units; bfloat16: "
        + "values between layers at inference, on devices that run kernels; see docs/precision.md)", Precisions.Keys);

    private readonly Option<bool> noTuning = OptionKinds.Flag("--no-tuning", "Choose kernels by rule, whatever gpunet tune has measured");

    private readonly Option<bool> plain =
        OptionKinds.Flag("--plain-kernels", "Run one thread an output, the kernels that the others are measured against");

    private readonly Terminal terminal;
    private readonly bool canIgnoreTuning;

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="terminal">Receives a note if there is something to know of the device.</param>
    /// <param name="canIgnoreTuning">Whether there is a sense in <c>--no-tuning</c>.</param>
    public PlaceOptions(Command command, Terminal terminal, bool canIgnoreTuning = true)
    {
        this.terminal = terminal;
        this.canIgnoreTuning = canIgnoreTuning;
        command.Options.Add(device);
        command.Options.Add(threads);
        command.Options.Add(noGraph);
        command.Options.Add(precision);
        if (!canIgnoreTuning)
            return;
        command.Options.Add(noTuning);
        command.Options.Add(plain);
    }

    /// <summary>Opens the device.</summary>
    /// <exception cref="GpuNetException">It cannot be used.</exception>
    public Device Open(ParseResult parse)
    {
        Device opened = Device.Open(parse.GetValue(device) ?? "auto", new DeviceOptions
        {
            Threads = parse.GetValue(threads) ?? 0,
            Precision = Precisions[parse.GetValue(precision) ?? "float32"],
            Graphs = !parse.GetValue(noGraph),
            PlainKernels = canIgnoreTuning && parse.GetValue(plain),
            UseTuning = !canIgnoreTuning || !parse.GetValue(noTuning),
        });
        // Host code is not chosen, so that nothing is read for it; and who tunes is told by an error.
        if (canIgnoreTuning && opened is { IsHost: false, Tuning.Note: { Length: > 0 } note })
            terminal.Failure(note);
        return opened;
    }
}
