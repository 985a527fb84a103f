using System.Text.Json.Serialization;

namespace GpuNet;

/// <summary>
/// How the learning rate changes over a run. A rate depends on the time alone, never on what was asked before: a run that is resumed
/// goes on by itself. Schedules are written to JSON with their name as <c>kind</c>.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ConstantSchedule), "constant")]
[JsonDerivedType(typeof(StepSchedule), "step")]
[JsonDerivedType(typeof(MultiStepSchedule), "multistep")]
[JsonDerivedType(typeof(CosineSchedule), "cosine")]
[JsonDerivedType(typeof(OneCycleSchedule), "onecycle")]
[JsonDerivedType(typeof(LinearSchedule), "linear")]
[JsonDerivedType(typeof(ExponentialSchedule), "exponential")]
[JsonDerivedType(typeof(PolynomialSchedule), "polynomial")]
[JsonDerivedType(typeof(ReduceOnPlateauSchedule), "plateau")]
[JsonDerivedType(typeof(WarmUpSchedule), "warm_up")]
[JsonDerivedType(typeof(PerEpochSchedule), "per_epoch")]
public abstract record Schedule
{
    // What gpunet train has always warmed up a cosine with.
    private const float UsualWarmUp = 0.05f;

    /// <summary>Names <see cref="Parse"/> takes.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["constant", "step", "multistep", "cosine", "onecycle", "linear", "exponential", "polynomial", "plateau"];

    /// <summary>The learning rate of a step.</summary>
    /// <param name="time">Which step of how many it is.</param>
    public abstract float Rate(ScheduleTime time);

    /// <summary>The rate that the schedule is measured by: for most the greatest, or the first.</summary>
    public abstract float Peak { get; init; }

    /// <summary>The learning rate of a step of a run whose epochs do not matter.</summary>
    /// <param name="step">Step, from 0.</param>
    /// <param name="steps">Steps of the whole run.</param>
    public float Rate(int step, int steps) => Rate(new ScheduleTime(step, steps));

    /// <summary>This schedule after a linear warm-up that takes a part of the run.</summary>
    /// <param name="part">Part of the run's steps.</param>
    /// <param name="start">Share of the schedule's first rate to begin with; 1 / steps of the warm-up if left out.</param>
    public WarmUpSchedule WithWarmUp(float part = UsualWarmUp, float? start = null) => new(this) { Part = part, Start = start };

    /// <summary>This schedule after a linear warm-up of so many epochs.</summary>
    /// <param name="epochs">Epochs, or part of one.</param>
    /// <param name="start">Share of the schedule's first rate to begin with; 1 / steps of the warm-up if left out.</param>
    public WarmUpSchedule WithWarmUpEpochs(float epochs, float? start = null) => new(this) { Epochs = epochs, Start = start };

    /// <summary>This schedule with epochs for steps: the rate stays the same within an epoch.</summary>
    public PerEpochSchedule PerEpoch() => new(this);

    /// <summary>The schedule of a name with its usual settings.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="rate">Its greatest rate.</param>
    /// <exception cref="GpuNetException">There is no schedule of that name.</exception>
    public static Schedule Parse(string name, float rate) => name switch
    {
        "constant" => new ConstantSchedule(rate),
        "step" => new StepSchedule(rate),
        "multistep" => new MultiStepSchedule(rate),
        "cosine" => new CosineSchedule(rate).WithWarmUp(),
        "onecycle" => new OneCycleSchedule(rate),
        "linear" => new LinearSchedule(rate),
        "exponential" => new ExponentialSchedule(rate),
        "polynomial" => new PolynomialSchedule(rate),
        "plateau" => new ReduceOnPlateauSchedule(rate),
        _ => throw new GpuNetException($"There is no schedule {name}; there are {string.Join(", ", Names)}."),
    };

    /// <summary>How many steps a part of a run is.</summary>
    private protected static int StepsOf(float part, int steps) => (int)Math.Round(part * steps);
}

/// <summary>A step's place in a run, all that a learning rate depends on.</summary>
/// <param name="Step">The step, from 0.</param>
/// <param name="Steps">Steps of the whole run.</param>
/// <param name="StepsPerEpoch">Steps of an epoch; 1 where epochs do not matter.</param>
public readonly record struct ScheduleTime(int Step, int Steps, int StepsPerEpoch = 1)
{
    private readonly IReadOnlyList<double>? metrics;

    /// <summary>What was measured after each epoch so far, such as the test loss; see <see cref="ReduceOnPlateauSchedule"/>.</summary>
    public IReadOnlyList<double> Metrics
    {
        get => metrics ?? [];
        init => metrics = value;
    }

    /// <summary>The epoch, from 0.</summary>
    public int Epoch => Step / Math.Max(1, StepsPerEpoch);

    /// <summary>Epochs of the whole run; the last may be cut short.</summary>
    public int Epochs => (Steps + Math.Max(1, StepsPerEpoch) - 1) / Math.Max(1, StepsPerEpoch);
}
