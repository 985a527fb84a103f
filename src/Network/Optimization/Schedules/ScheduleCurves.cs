namespace GpuNet;

/// <summary>The same rate throughout.</summary>
/// <param name="Peak">The rate.</param>
public sealed record ConstantSchedule(float Peak) : Schedule
{
    /// <inheritdoc/>
    public override float Rate(ScheduleTime time) => Peak;
}

/// <summary>The rate times a factor after every so many steps (PyTorch's StepLR).</summary>
/// <param name="Peak">First rate.</param>
/// <param name="Period">Steps between drops, as a part of the run.</param>
/// <param name="Factor">What each drop multiplies the rate with.</param>
public sealed record StepSchedule(float Peak, float Period = 1 / 3f, float Factor = 0.1f) : Schedule
{
    /// <inheritdoc/>
    public override float Rate(ScheduleTime time) =>
        Peak * MathF.Pow(Factor, time.Step / Math.Max(1, StepsOf(Period, time.Steps)));
}

/// <summary>The rate times a factor at each of some steps (PyTorch's MultiStepLR).</summary>
/// <param name="Peak">First rate.</param>
public sealed record MultiStepSchedule(float Peak) : Schedule
{
    /// <summary>Where the rate drops, as parts of the run; by default as He et al. 2016 trained on CIFAR-10.</summary>
    public IReadOnlyList<float> Milestones { get; init; } = [0.5f, 0.75f];

    /// <summary>What each drop multiplies the rate with.</summary>
    public float Factor { get; init; } = 0.1f;

    /// <inheritdoc/>
    public override float Rate(ScheduleTime time)
    {
        int drops = 0;
        for (int i = 0; i < Milestones.Count; i++)
            drops += time.Step >= StepsOf(Milestones[i], time.Steps) ? 1 : 0;
        return Peak * MathF.Pow(Factor, drops);
    }

    /// <summary>Whether both drop alike.</summary>
    public bool Equals(MultiStepSchedule? other) =>
        other is not null && Peak == other.Peak && Factor == other.Factor && Milestones.SequenceEqual(other.Milestones);

    /// <inheritdoc/>
    public override int GetHashCode() => Milestones.Aggregate(HashCode.Combine(Peak, Factor), HashCode.Combine);
}

/// <summary>Half a cosine down (Loshchilov and Hutter 2017, arXiv:1608.03983, without restarts; PyTorch's CosineAnnealingLR).</summary>
/// <param name="Peak">First rate.</param>
/// <param name="End">Rate that the cosine ends at, after the last step.</param>
public sealed record CosineSchedule(float Peak, float End = 0) : Schedule
{
    /// <inheritdoc/>
    public override float Rate(ScheduleTime time) => (float)Anneal(Peak, End, (double)time.Step / Math.Max(1, time.Steps));

    /// <summary>Half a cosine from one value to another as <paramref name="part"/> goes from 0 to 1.</summary>
    internal static double Anneal(double from, double to, double part) => to + ((from - to) * (1 + Math.Cos(Math.PI * part)) / 2);
}

/// <summary>
/// Up to the peak and down to almost zero, both by half a cosine (Smith and Topin 2018, arXiv:1708.07120, as PyTorch's OneCycleLR).
/// </summary>
/// <param name="Peak">Greatest rate.</param>
/// <param name="Rise">Part of the run that rises.</param>
/// <param name="StartDivisor">The run starts at peak / this.</param>
/// <param name="EndDivisor">The run ends at start / this.</param>
public sealed record OneCycleSchedule(float Peak, float Rise = 0.3f, float StartDivisor = 25, float EndDivisor = 1e4f) : Schedule
{
    /// <inheritdoc/>
    public override float Rate(ScheduleTime time)
    {
        double start = Peak / StartDivisor, end = start / EndDivisor;
        double top = (Rise * time.Steps) - 1, last = time.Steps - 1;
        return (float)(time.Step <= top
            ? CosineSchedule.Anneal(start, Peak, top > 0 ? time.Step / top : 1)
            : CosineSchedule.Anneal(Peak, end, last > top ? (time.Step - top) / (last - top) : 1));
    }
}

/// <summary>A straight line from one share of the rate to another, and level from there on (PyTorch's LinearLR).</summary>
/// <param name="Peak">The rate.</param>
/// <param name="Start">Share of it in the first step.</param>
/// <param name="End">Share of it where the line ends.</param>
/// <param name="Part">Part of the run that the line takes.</param>
public sealed record LinearSchedule(float Peak, float Start = 1, float End = 0, float Part = 1) : Schedule
{
    /// <inheritdoc/>
    public override float Rate(ScheduleTime time)
    {
        int line = Math.Max(1, StepsOf(Part, time.Steps));
        return (float)(Peak * (Start + (((double)End - Start) * Math.Min(time.Step, line) / line)));
    }
}

/// <summary>
/// The rate times a factor an epoch, evenly over its steps (PyTorch's ExponentialLR, stepped once an epoch, is this
/// <see cref="Schedule.PerEpoch"/>).
/// </summary>
/// <param name="Peak">First rate.</param>
/// <param name="Factor">What an epoch multiplies the rate with; by default as MobileNetV2 was trained (Sandler et al. 2018).</param>
public sealed record ExponentialSchedule(float Peak, float Factor = 0.98f) : Schedule
{
    /// <inheritdoc/>
    public override float Rate(ScheduleTime time) => (float)(Peak * Math.Pow(Factor, (double)time.Step / Math.Max(1, time.StepsPerEpoch)));
}

/// <summary>A power of the part of the run that is left (PyTorch's PolynomialLR).</summary>
/// <param name="Peak">First rate.</param>
/// <param name="Power">The power; 1 is a straight line.</param>
/// <param name="Part">Part of the run after which the rate is 0.</param>
public sealed record PolynomialSchedule(float Peak, float Power = 2, float Part = 1) : Schedule
{
    /// <inheritdoc/>
    public override float Rate(ScheduleTime time)
    {
        int line = Math.Max(1, StepsOf(Part, time.Steps));
        return (float)(Peak * Math.Pow(1 - ((double)Math.Min(time.Step, line) / line), Power));
    }
}
