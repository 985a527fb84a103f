namespace GpuNet;

/// <summary>
/// Everything besides network, data and losses that decides what a run computes. The state of a run keeps it, and a run that is resumed
/// must have the same one.
/// </summary>
internal sealed record TrainingRecipe
{
    public int Epochs { get; init; } = 10;

    public int Batch { get; init; } = 32;

    public int Accumulate { get; init; } = 1;

    public Optimizer Optimizer { get; init; } = new Sgd { Momentum = 0.9f, Nesterov = true };

    public Schedule Schedule { get; init; } = new OneCycleSchedule(0.05f);

    public Augmentation? Augmentation { get; init; }

    public float LabelSmoothing { get; init; }

    public float AverageDecay { get; init; }

    public int Patience { get; init; }

    public int Seed { get; init; } = 1;

    /// <summary>Checks the ranges of all numbers.</summary>
    /// <exception cref="GpuNetException">One is out of range; the message names it.</exception>
    public void Validate()
    {
        Require(Epochs >= 1, nameof(Epochs), "at least 1", Epochs);
        Require(Batch >= 1, nameof(Batch), "at least 1", Batch);
        Require(Accumulate >= 1, nameof(Accumulate), "at least 1", Accumulate);
        Require(LabelSmoothing is >= 0 and < 1, nameof(LabelSmoothing), "at least 0 and below 1", LabelSmoothing);
        Require(AverageDecay is >= 0 and < 1, nameof(AverageDecay), "at least 0 and below 1", AverageDecay);
        Require(Patience >= 0, nameof(Patience), "at least 0", Patience);
        Require(Seed >= 0, nameof(Seed), "at least 0", Seed);
        Optimizer.Validate();
    }

    private static void Require(bool holds, string name, string expected, object actual)
    {
        if (!holds)
            throw new GpuNetException($"{name}: expected {expected}, got {actual}.");
    }
}

/// <summary>Where a run is: what the file that it goes on from says beside its tensors.</summary>
internal sealed record TrainingState(TrainingRecipe Recipe, int Steps, double Seconds)
{
    /// <summary>What the data are; see <see cref="Training.DataName"/>.</summary>
    public string? Data { get; init; }

    public IReadOnlyList<Epoch> Epochs { get; init; } = [];

    /// <summary>Sums of the epoch under way; null between epochs.</summary>
    public EpochTally? Tally { get; init; }

    /// <summary>What is minimised, in words.</summary>
    public string Losses { get; init; } = "";

    /// <summary>Names of the parameters that are not trained.</summary>
    public IReadOnlyList<string> Frozen { get; init; } = [];
}

/// <summary>Sums over the steps of an epoch that is under way.</summary>
internal sealed class EpochTally
{
    public int Samples { get; set; }

    public double LossSum { get; set; }

    public long Positions { get; set; }

    public long Correct { get; set; }

    public float LearningRate { get; set; }

    public double Seconds { get; set; }

    internal void Add(StepResult result, int samples)
    {
        Samples += samples;
        LossSum += result.Loss * samples;
        Positions += result.Counted;
        Correct += result.Correct;
    }

    internal void Add(EpochTally step)
    {
        Samples += step.Samples;
        LossSum += step.LossSum;
        Positions += step.Positions;
        Correct += step.Correct;
    }

    internal double Loss => LossSum / Math.Max(1, Samples);

    internal double Accuracy => (double)Correct / Math.Max(1, Positions);

    internal double SamplesPerSecond => Samples / Math.Max(1e-9, Seconds);
}
