using System.Globalization;
using GpuNet.Bench.Comparison;

namespace GpuNet.Bench.GpuComparison;

/// <summary>A line of the table: a work, against PyTorch in one of its modes.</summary>
/// <param name="Work">What is done.</param>
/// <param name="Mode">Mode of peers/torch_gpu_peer.py.</param>
internal sealed record GpuRow(GpuWork Work, string Mode)
{
    /// <summary>PyTorch's modes, in the order in which they are measured, and what they are called.</summary>
    public static IReadOnlyDictionary<string, string> Modes { get; } = new Dictionary<string, string>
    {
        ["fp32"] = "eager, float32",
        ["tf32"] = "eager, TF32",
        ["amp"] = "eager, AMP, channels last",
        ["compiled"] = "compiled, AMP, channels last",
    };

    /// <summary>Milliseconds of each round, GpuNet's and PyTorch's.</summary>
    public List<(double GpuNet, double Peer)> Rounds { get; } = [];

    public double GpuNet => Row.Median(Rounds.Select(r => r.GpuNet));

    public double Peer => Row.Median(Rounds.Select(r => r.Peer));

    public double Ratio => GpuNet / Peer;

    public double LeastRatio => Rounds.Min(r => r.GpuNet / r.Peer);

    public double GreatestRatio => Rounds.Max(r => r.GpuNet / r.Peer);

    /// <summary>What the row is held to; null where it is only to be known.</summary>
    public GpuGoal? Goal => (Work.Train, Work.Batch, Mode) switch
    {
        (false, 256, "fp32") => new GpuGoal(Ratio, Aim: 1 / 3.0, Limit: 1 / 1.5),
        (false, 256, "compiled") => new GpuGoal(Ratio, Aim: 1, Limit: 2),
        (true, _, "amp") => new GpuGoal(Ratio, Aim: 1 / 1.5, Limit: 1 / 0.7),
        (false, 1, "compiled") => new GpuGoal(GpuNet, Aim: 0.2, Limit: 0.5, Unit: " ms"),
        _ => null,
    };
}

/// <summary>What a figure is held to; less is better.</summary>
/// <param name="Value">The figure: a ratio, or a time.</param>
/// <param name="Aim">What it should be at most.</param>
/// <param name="Limit">What it must be at most.</param>
/// <param name="Unit">Unit of the three.</param>
internal sealed record GpuGoal(double Value, double Aim, double Limit, string Unit = "")
{
    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"aim {Aim:0.##}{Unit}, limit {Limit:0.##}{Unit}: {(Value <= Aim ? "reached" : Value <= Limit ? "within the limit" : "missed")}");
}

/// <summary>A network and what a card is to do with it.</summary>
/// <param name="Model">Name in GpuNet's catalogue.</param>
/// <param name="TorchName">Name in torchvision.</param>
/// <param name="Batch">Images of a pass.</param>
/// <param name="Train">Whether it is a training step, or else inference.</param>
internal sealed record GpuWork(string Model, string TorchName, int Batch, bool Train)
{
    private static readonly GpuWork MobileNet = new("mobilenetv2", "mobilenet_v2", 256, false);
    private static readonly GpuWork EfficientNet = new("efficientnet-b0", "efficientnet_b0", 256, false);

    /// <summary>All works, the most telling first: time may be over before the last.</summary>
    public static IReadOnlyList<GpuWork> All { get; } =
    [
        MobileNet,
        MobileNet with { Batch = 128, Train = true },
        MobileNet with { Batch = 1 },
        EfficientNet,
        EfficientNet with { Batch = 128, Train = true },
        EfficientNet with { Batch = 1 },
        MobileNet with { Batch = 32 },
        EfficientNet with { Batch = 32 },
    ];

    /// <summary>In words.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture,
        $"{(Model == "mobilenetv2" ? "MobileNetV2 1.0" : Model)}, {(Train ? "training step" : "inference")}, batch {Batch}");
}
