using System.Globalization;

namespace GpuNet.Bench.Comparison;

/// <summary>A line of the table: one figure of one work, GpuNet's against a peer's.</summary>
/// <param name="Title">What is compared.</param>
/// <param name="Work">What is done.</param>
/// <param name="Metric">Key of the figure in what the programs print.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Peer">Name of the peer.</param>
internal sealed record Row(string Title, Work Work, string Metric, string Unit, string Peer)
{
    /// <summary>What is compared, in words.</summary>
    public override string ToString() => $"{Work.Network}, {Title}, {Work.Conditions}";

    /// <summary>Figures of each round, GpuNet's and the peer's.</summary>
    public List<(double GpuNet, double Peer)> Rounds { get; } = [];

    public double GpuNet => Median(Rounds.Select(r => r.GpuNet));

    public double PeerValue => Median(Rounds.Select(r => r.Peer));

    public double Ratio => GpuNet / PeerValue;

    public double LeastRatio => Rounds.Min(r => r.GpuNet / r.Peer);

    public double GreatestRatio => Rounds.Max(r => r.GpuNet / r.Peer);

    /// <summary>Whether a greater figure is the better one.</summary>
    public bool IsRate => Unit.EndsWith("/s", StringComparison.Ordinal);

    /// <summary>The table: inference against both peers, training, memory.</summary>
    public static Row[] All(int threads)
    {
        var one = new Work("mobilenetv2", "mobilenet_v2", 224, 1, threads);
        var eight = one with { Batch = 8, Train = true };
        var cifar = one with { Size = 32, Batch = 128, Width = 0.5f, Classes = 10, Train = true };
        var efficient = one with { Model = "efficientnet-b0", TorchName = "efficientnet_b0" };
        Row[] rows =
        [
            Inference(one, OnnxRuntimePeer.Title),
            Inference(one with { Threads = 1 }, OnnxRuntimePeer.Title),
            Inference(eight, OnnxRuntimePeer.Title),
            Inference(efficient, OnnxRuntimePeer.Title),
            Inference(one, TorchPeer.Title),
            Inference(efficient, TorchPeer.Title),
            new("training step", eight, "training_step_ms", "ms", TorchPeer.Title),
            new("training", cifar, "training_images_per_s", "images/s", TorchPeer.Title),
            new("peak memory, inference", one, "peak_memory_mb", "MiB", OnnxRuntimePeer.Title),
        ];
        // On one core the second row is the first.
        return threads == 1 ? [.. rows.Where((_, i) => i != 1)] : rows;
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private static Row Inference(Work work, string peer) => new("inference", work, "inference_ms", "ms", peer);
}

/// <summary>Numbers as the tables write them: three digits that count.</summary>
internal static class Figure
{
    public static string Text(double value) =>
        value.ToString(value >= 100 ? "F0" : value >= 10 ? "F1" : "F2", CultureInfo.InvariantCulture);

    public static string Ratio(double value) =>
        value.ToString(value >= 10 ? "F1" : value >= 1 ? "F2" : "F3", CultureInfo.InvariantCulture);
}
