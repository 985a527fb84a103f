namespace GpuNet;

/// <summary>How the learning rate changes over a run.</summary>
public abstract record Schedule
{
    /// <summary>Names <see cref="Parse"/> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = ["constant", "step", "cosine", "onecycle"];

    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">Step, from 0.</param>
    /// <param name="steps">Steps of the whole run.</param>
    public abstract float Rate(int step, int steps);

    /// <summary>The schedule of a name with its usual settings.</summary>
    /// <exception cref="GpuNetException">There is no schedule of that name.</exception>
    public static Schedule Parse(string name, float rate) => name switch
    {
        "constant" => new ConstantSchedule(rate),
        "step" => new StepSchedule(rate),
        "cosine" => new CosineSchedule(rate),
        "onecycle" => new OneCycleSchedule(rate),
        _ => throw new GpuNetException($"There is no schedule {name}; there are {string.Join(", ", Names)}."),
    };

    /// <summary>Half a cosine from one value to another as <paramref name="part"/> goes from 0 to 1.</summary>
    private protected static double Anneal(double from, double to, double part) => to + ((from - to) * (1 + Math.Cos(Math.PI * part)) / 2);
}

/// <summary>The same rate throughout.</summary>
/// <param name="Peak">The rate.</param>
public sealed record ConstantSchedule(float Peak) : Schedule
{
    /// <inheritdoc/>
    public override float Rate(int step, int steps) => Peak;
}

/// <summary>The rate times a factor after every so many steps (PyTorch's StepLR).</summary>
/// <param name="Peak">First rate.</param>
/// <param name="Period">Steps between drops, as a part of the run.</param>
/// <param name="Factor">What each drop multiplies the rate with.</param>
public sealed record StepSchedule(float Peak, float Period = 1 / 3f, float Factor = 0.1f) : Schedule
{
    /// <inheritdoc/>
    public override float Rate(int step, int steps) =>
        Peak * MathF.Pow(Factor, step / Math.Max(1, (int)Math.Round(Period * steps)));
}

/// <summary>
/// A linear warm-up, then half a cosine down (Loshchilov and Hutter 2017, arXiv:1608.03983, without restarts). A warm-up of w steps
/// starts at peak / w.
/// </summary>
/// <param name="Peak">Rate after the warm-up.</param>
/// <param name="WarmUp">Part of the run that warms up.</param>
/// <param name="End">Rate that the cosine ends at.</param>
public sealed record CosineSchedule(float Peak, float WarmUp = 0.05f, float End = 0) : Schedule
{
    /// <inheritdoc/>
    public override float Rate(int step, int steps)
    {
        int warm = (int)Math.Round(WarmUp * steps);
        if (step >= warm)
            return (float)Anneal(Peak, End, (double)(step - warm) / Math.Max(1, steps - warm));
        float start = 1f / warm;
        return Peak * (start + ((1 - start) * step / warm));
    }
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
    public override float Rate(int step, int steps)
    {
        double start = Peak / StartDivisor, end = start / EndDivisor;
        double top = (Rise * steps) - 1, last = steps - 1;
        return (float)(step <= top
            ? Anneal(start, Peak, top > 0 ? step / top : 1)
            : Anneal(Peak, end, last > top ? (step - top) / (last - top) : 1));
    }
}
