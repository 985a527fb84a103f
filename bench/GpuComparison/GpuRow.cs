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

    /// <summary>The ratio we want to be at or below; null where the row is only to be known.</summary>
    public double? Goal => (Work.Train, Work.Batch, Mode) switch
    {
        (false, 256, "fp32" or "compiled") or (true, _, "amp") or (false, 1, "fp32" or "compiled") => 1,
        _ => null,
    };
}
