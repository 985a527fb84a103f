using System.CommandLine;
using System.Globalization;

namespace GpuNet.Cli;

/// <summary>The options that make a <see cref="TrainingRecipe"/>.</summary>
internal sealed class RecipeOptions
{
    private readonly Option<string> data = DataOption.Create($"Data set (default: {TrainingDefaults.Data})");

    private readonly Option<int?> epochs =
        OptionKinds.Whole("--epochs", $"Passes over the training images {PerData(d => d.Epochs)}", 1, 100_000);

    private readonly Option<int?> batch = OptionKinds.Whole("--batch", $"Images of a step {PerData(d => d.Batch)}", 1);

    private readonly Option<float?> learningRate = OptionKinds.Number(
        "--lr", $"Greatest learning rate {PerData(d => d.LearningRate)}", "a number above 0", v => v > 0);

    private readonly Option<string> schedule =
        OptionKinds.OneOf("--schedule", $"How the learning rate changes (default: {TrainingDefaults.Schedule})", Schedule.Names);

    private readonly Option<float?> momentum = OptionKinds.Rate("--momentum", Default("Momentum, Nesterov's", TrainingDefaults.Momentum));

    private readonly Option<float?> decay = OptionKinds.Number(
        "--decay", Default("Weight decay", TrainingDefaults.Decay), "a number of at least 0", v => v >= 0);

    private readonly Option<float?> labelSmoothing = OptionKinds.Rate(
        "--label-smoothing", Default("Share of the target spread over all classes", TrainingDefaults.LabelSmoothing));

    private readonly Option<int?> seed =
        OptionKinds.Whole("--seed", Default("Seed of weights, order, augmentation and dropout", TrainingDefaults.Seed), 0);

    public RecipeOptions(Command command)
    {
        foreach (Option option in new Option[] { data, epochs, batch, learningRate, schedule, momentum, decay, labelSmoothing, seed })
            command.Options.Add(option);
    }

    /// <summary>The data set asked for, or the default one.</summary>
    public string Data(ParseResult parse) => parse.GetValue(data) ?? TrainingDefaults.Data;

    /// <summary>What was asked for; what was not is as in <paramref name="fallback"/>.</summary>
    public TrainingRecipe Apply(ParseResult parse, TrainingRecipe fallback) => fallback with
    {
        Data = parse.GetValue(data) is { } text ? DataOption.Absolute(text) : fallback.Data,
        Epochs = parse.GetValue(epochs) ?? fallback.Epochs,
        Batch = parse.GetValue(batch) ?? fallback.Batch,
        LearningRate = parse.GetValue(learningRate) ?? fallback.LearningRate,
        Schedule = parse.GetValue(schedule) ?? fallback.Schedule,
        Momentum = parse.GetValue(momentum) ?? fallback.Momentum,
        Decay = parse.GetValue(decay) ?? fallback.Decay,
        LabelSmoothing = parse.GetValue(labelSmoothing) ?? fallback.LabelSmoothing,
        Seed = parse.GetValue(seed) ?? fallback.Seed,
    };

    /// <summary>The recipe of a run to resume; an option that asks for another is an error.</summary>
    public TrainingRecipe Keep(ParseResult parse, TrainingRecipe recipe)
    {
        Dictionary<string, string> kept = recipe.ToDictionary(), asked = Apply(parse, recipe).ToDictionary();
        foreach ((string key, string value) in kept)
        {
            if (asked[key] != value)
                throw new UsageException($"--resume goes on with {key} {value}, not {asked[key]}; leave the option out.");
        }
        return recipe;
    }

    private static string Default(string what, float value) => string.Create(CultureInfo.InvariantCulture, $"{what} (default: {value})");

    private static string PerData(Func<TrainingDefaults, IFormattable> number) => string.Create(
        CultureInfo.InvariantCulture, $"(default: shapes {number(TrainingDefaults.Shapes)}, cifar10 {number(TrainingDefaults.Cifar10)})");
}
