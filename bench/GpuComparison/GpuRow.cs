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
