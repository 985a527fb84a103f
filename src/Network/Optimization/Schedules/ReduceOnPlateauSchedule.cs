namespace GpuNet;

/// <summary>
/// The rate times a factor whenever epochs have brought nothing better for a while (PyTorch's ReduceLROnPlateau). It goes through the
/// metrics of all past epochs each time, <see cref="ScheduleTime.Metrics"/>, so that it has no state to keep.
/// </summary>
/// <param name="Peak">First rate.</param>
/// <param name="Factor">What each drop multiplies the rate with.</param>
/// <param name="Patience">Epochs without anything better that are let pass; the next one drops the rate.</param>
public sealed record ReduceOnPlateauSchedule(float Peak, float Factor = 0.1f, int Patience = 10) : Schedule
{
    /// <summary>
    /// By how much a metric has to be better than the best one: a share of that, or with <see cref="IsAbsolute"/> a difference.
    /// </summary>
    public float Threshold { get; init; } = 1e-4f;

    /// <summary>Whether <see cref="Threshold"/> is a difference.</summary>
    public bool IsAbsolute { get; init; }

    /// <summary>Whether greater metrics are better, as those of accuracies, and not smaller ones, as losses.</summary>
    public bool GreaterIsBetter { get; init; }

    /// <summary>Epochs after a drop that are not counted.</summary>
    public int Cooldown { get; init; }

    /// <summary>The rate goes no lower.</summary>
    public float Least { get; init; }

    /// <summary>Drops by no more than this are left out.</summary>
    public float LeastDrop { get; init; } = 1e-8f;

    /// <inheritdoc/>
    public override float Rate(ScheduleTime time)
    {
        IReadOnlyList<double> metrics = time.Metrics;
        double rate = Peak, best = GreaterIsBetter ? double.NegativeInfinity : double.PositiveInfinity;
        int bad = 0, cooling = 0;
        for (int epoch = 0; epoch < metrics.Count; epoch++)
        {
            if (IsBetter(metrics[epoch], best))
                (best, bad) = (metrics[epoch], 0);
            else
                bad++;
            if (cooling > 0)
                (cooling, bad) = (cooling - 1, 0);
            if (bad <= Patience)
                continue;
            double lower = Math.Max(rate * Factor, Least);
            if (rate - lower > LeastDrop)
                rate = lower;
            (cooling, bad) = (Cooldown, 0);
        }
        return (float)rate;
    }

    private bool IsBetter(double metric, double best) => (GreaterIsBetter, IsAbsolute) switch
    {
        (false, false) => metric < best * (1.0 - Threshold),
        (false, true) => metric < best - Threshold,
        (true, false) => metric > best * (1.0 + Threshold),
        (true, true) => metric > best + Threshold,
    };
}
