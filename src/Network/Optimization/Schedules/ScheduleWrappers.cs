using System.Text.Json.Serialization;

namespace GpuNet;

/// <summary>
/// A linear warm-up, then another schedule over the steps that are left: PyTorch's SequentialLR of LinearLR and that schedule.
/// </summary>
/// <param name="After">What follows; the warm-up ends at its first rate.</param>
public sealed record WarmUpSchedule(Schedule After) : Schedule
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override float Peak { get => After.Peak; init => After = After with { Peak = value }; }

    /// <summary>Part of the run that warms up, where <see cref="Epochs"/> is 0.</summary>
    public float Part { get; init; } = 0.05f;

    /// <summary>Epochs that warm up, whole or not; 0 leaves it to <see cref="Part"/>.</summary>
    public float Epochs { get; init; }

    /// <summary>Share of the rate to begin with; if null, a warm-up of w steps begins at 1 / w.</summary>
    public float? Start { get; init; }

    /// <inheritdoc/>
    public override float Rate(ScheduleTime time)
    {
        int warm = Math.Min(Epochs > 0 ? StepsOf(Epochs, Math.Max(1, time.StepsPerEpoch)) : StepsOf(Part, time.Steps), time.Steps);
        if (time.Step >= warm)
            return After.Rate(time with { Step = time.Step - warm, Steps = time.Steps - warm });
        float start = Start ?? 1f / warm;
        return After.Rate(new ScheduleTime(0, time.Steps - warm, time.StepsPerEpoch)) * (start + ((1 - start) * time.Step / warm));
    }
}

/// <summary>A schedule whose steps are epochs: what PyTorch's schedulers do when they are stepped once an epoch.</summary>
/// <param name="Each">The schedule.</param>
public sealed record PerEpochSchedule(Schedule Each) : Schedule
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override float Peak { get => Each.Peak; init => Each = Each with { Peak = value }; }

    /// <inheritdoc/>
    public override float Rate(ScheduleTime time) =>
        Each.Rate(new ScheduleTime(time.Epoch, time.Epochs) { Metrics = time.Metrics });
}
