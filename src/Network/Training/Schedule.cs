namespace GpuNet.Network;

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
