using System.Globalization;

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
        float Number(string key) =>
            float.TryParse(Text(key), NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && float.IsFinite(value)
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
        Sgd = new Sgd { Momentum = Momentum, Nesterov = Momentum > 0, Decay = Decay },
    };
}

/// <summary>What <c>gpunet train</c> does unless told otherwise; some numbers depend on the data.</summary>
/// <param name="Width">Width multiplier of the network.</param>
/// <param name="Epochs">Passes over the training images.</param>
/// <param name="Batch">Images of a step.</param>
/// <param name="LearningRate">Greatest learning rate.</param>
internal sealed record TrainingDefaults(float Width, int Epochs, int Batch, float LearningRate)
{
    public const string Model = "mobilenetv2";
    public const string Data = "shapes";
    public const string Schedule = "onecycle";
    public const float Momentum = 0.9f;
    public const float Decay = 5e-4f;
    public const float LabelSmoothing = 0;
    public const int Seed = 1;

    /// <summary>Well above 95 % of the test images in little more than a minute on two cores.</summary>
    public static TrainingDefaults Shapes { get; } = new(0.35f, 3, 32, 0.05f);

    /// <summary>A run of an hour or so on two cores, minutes on a GPU.</summary>
    public static TrainingDefaults Cifar10 { get; } = new(0.5f, 30, 128, 0.1f);

    /// <summary>The numbers for some data.</summary>
    public static TrainingDefaults For(DatasetSource source) => source is ShapesSource ? Shapes : Cifar10;
}
