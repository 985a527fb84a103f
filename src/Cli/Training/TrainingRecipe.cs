using System.Globalization;
using GpuNet.Data;
using GpuNet.Network;

namespace GpuNet.Cli;

/// <summary>
/// Everything besides the network that decides what a run computes. A checkpoint keeps it as text, from which a resumed run takes it.
/// </summary>
internal sealed record TrainingRecipe
{
    /// <summary>The key of <see cref="Data"/> in a checkpoint.</summary>
    public const string DataKey = "data";

    public required string Data { get; init; }

    public required int Epochs { get; init; }

    public required int Batch { get; init; }

    public string Schedule { get; init; } = TrainingDefaults.Schedule;

    public required float LearningRate { get; init; }

    public float Momentum { get; init; } = TrainingDefaults.Momentum;

    public float Decay { get; init; } = TrainingDefaults.Decay;

    public float LabelSmoothing { get; init; } = TrainingDefaults.LabelSmoothing;

    public int Seed { get; init; } = TrainingDefaults.Seed;

    /// <summary>The recipe of a data set when nothing else is said.</summary>
    public static TrainingRecipe For(string data)
    {
        TrainingDefaults defaults = TrainingDefaults.For(Datasets.Parse(data));
        return new TrainingRecipe
        {
            Data = DataOption.Absolute(data),
            Epochs = defaults.Epochs,
            Batch = defaults.Batch,
            LearningRate = defaults.LearningRate,
        };
    }

    /// <summary>Reads what <see cref="ToDictionary"/> wrote.</summary>
    /// <exception cref="GpuNetException">An entry is missing or malformed.</exception>
    public static TrainingRecipe From(Checkpoint checkpoint, string folder)
    {
        string Text(string key) => checkpoint.Recipe.TryGetValue(key, out string? value)
            ? value
            : throw new GpuNetException($"{folder}: the checkpoint's recipe has no '{key}'; gpunet train did not write it.");
        int Whole(string key, int least) =>
            int.TryParse(Text(key), NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least
                ? value
                : throw new GpuNetException($"{folder}: recipe: {key}: expected a whole number of at least {least}, got '{Text(key)}'.");
        float Number(string key) => float.TryParse(Text(key), NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && float.IsFinite(value)
            ? value
            : throw new GpuNetException($"{folder}: recipe: {key}: expected a number, got '{Text(key)}'.");
        return new TrainingRecipe
        {
            Data = Text(DataKey),
            Epochs = Whole("epochs", 1),
            Batch = Whole("batch", 1),
            Schedule = Text("schedule"),
            LearningRate = Number("lr"),
            Momentum = Number("momentum"),
            Decay = Number("decay"),
            LabelSmoothing = Number("label_smoothing"),
            Seed = Whole("seed", 0),
        };
    }

    public Dictionary<string, string> ToDictionary() => new()
    {
        [DataKey] = Data,
        ["epochs"] = Epochs.ToString(CultureInfo.InvariantCulture),
        ["batch"] = Batch.ToString(CultureInfo.InvariantCulture),
        ["schedule"] = Schedule,
        ["lr"] = LearningRate.ToString("R", CultureInfo.InvariantCulture),
        ["momentum"] = Momentum.ToString("R", CultureInfo.InvariantCulture),
        ["decay"] = Decay.ToString("R", CultureInfo.InvariantCulture),
        ["label_smoothing"] = LabelSmoothing.ToString("R", CultureInfo.InvariantCulture),
        ["seed"] = Seed.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>What a trainer needs to know of it.</summary>
    public TrainerOptions TrainerOptions => new()
    {
        Batch = Batch,
        LabelSmoothing = LabelSmoothing,
        Seed = Seed,
        Sgd = new SgdOptions { Momentum = Momentum, Nesterov = Momentum > 0, Decay = Decay },
    };
}
