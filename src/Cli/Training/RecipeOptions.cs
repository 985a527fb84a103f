using System.CommandLine;
using System.Globalization;

namespace GpuNet.Cli;

/// <summary>The options that make a <see cref="TrainingRecipe"/>, and the data it is for.</summary>
internal sealed class RecipeOptions
{
    private readonly List<(Option Option, Func<ParseResult, TrainingRecipe, TrainingRecipe> Apply)> options = [];
    private readonly Option<string> data = DataOption.Create($"Data set (default: {TrainingDefaults.Data})");

    public RecipeOptions(Command command)
    {
        command.Options.Add(data);
        Whole("--epochs", $"Passes over the training images {PerData(d => d.Epochs)}", 1, (r, v) => r with { Epochs = v });
        Whole("--batch", $"Images that pass through the network together {PerData(d => d.Batch)}", 1, (r, v) => r with { Batch = v });
        Whole("--accumulate", "Batches whose gradients make a step (default: 1)", 1, (r, v) => r with { Accumulate = v });
        Name("--optimizer", "How gradients move the parameters (default: sgd; folder: adamw)", Optimizer.Names,
            (r, v) => Use(r, Optimizer.Parse(v)));
        Above("--lr", $"Greatest rate {PerData(d => d.LearningRate)}", (r, v) => r with { Schedule = r.Schedule with { Peak = v } });
        Name("--schedule", "How the learning rate changes (default: onecycle)", Schedule.Names,
            (r, v) => r with { Schedule = Schedule.Parse(v, r.Schedule.Peak) });
        Share("--momentum", "Momentum, Nesterov's with sgd (default: 0.9 with sgd)", (r, v) => Update(r, WithMomentum(r.Optimizer, v)));
        Least("--decay", "Weight decay (default: 5E-4; folder: 0.05)", (r, v) => Update(r, r.Optimizer with { Decay = v }));
        Add(OptionKinds.Number("--layer-decay", "A layer's share of the next one's rate (default: 1)", "a number above 0 and at most 1",
            v => v is > 0 and <= 1), (r, v) => Update(r, r.Optimizer with { LayerDecay = v!.Value }));
        Above("--clip-norm", "Greatest norm of all gradients together", (r, v) => Update(r, r.Optimizer with { ClipNorm = v }));
        Share("--average", "Share of averaged weights kept in a step, such as 0.999", (r, v) => r with { AverageDecay = v });
        Share("--label-smoothing", "Share of the target spread over all classes", (r, v) => r with { LabelSmoothing = v });
        Name("--augment", "Random changes of training images; by default those usual with the data", Augmentation.Names,
            (r, v) => r with { Augmentation = Augmentation.Parse(v) });
        Least("--mixup", "Blends images in pairs: alpha of the share's distribution, such as 0.2",
            (r, v) => r with { Augmentation = (r.Augmentation ?? Augmentation.None) with { Mixup = v } });
        Whole("--patience", "Epochs without a better result after which the run ends", 0, (r, v) => r with { Patience = v });
        Whole("--seed", "Seed of weights, order, augmentation and dropout (default: 1)", 0, (r, v) => r with { Seed = v });
        options.ForEach(o => command.Options.Add(o.Option));
    }

    /// <summary>The data set asked for, that of the run to go on with, or the default one.</summary>
    public string Data(ParseResult parse, string? before)
    {
        string? asked = parse.GetValue(data) is { } text ? Datasets.Parse(text).Text : null;
        if (before is not null && asked is not null && asked != before)
            throw new UsageException($"--resume goes on with data {before}, not {asked}; leave the option out.");
        return before ?? asked ?? TrainingDefaults.Data;
    }

    /// <summary>The recipe asked for; that of a run to go on with must be the same.</summary>
    public TrainingRecipe Recipe(ParseResult parse, string dataName, TrainingRecipe? before)
    {
        TrainingRecipe recipe = before ?? TrainingDefaults.For(dataName).Recipe(Datasets.Parse(dataName).Augmentation);
        foreach ((Option option, var apply) in options.Where(o => parse.GetResult(o.Option) is not null))
        {
            recipe = apply(parse, recipe);
            if (before is not null && recipe != before)
                throw new UsageException($"--resume goes on with the run's own recipe, which has another {option.Name}; leave it out.");
        }
        return recipe;
    }

    private void Whole(string name, string text, int least, Func<TrainingRecipe, int, TrainingRecipe> apply) =>
        Add(OptionKinds.Whole(name, text, least), (r, v) => apply(r, v!.Value));

    private void Name(string name, string text, IEnumerable<string> names, Func<TrainingRecipe, string, TrainingRecipe> apply) =>
        Add(OptionKinds.OneOf(name, text, names), (r, v) => apply(r, v!));

    private void Above(string name, string text, Func<TrainingRecipe, float, TrainingRecipe> apply) =>
        Add(OptionKinds.Number(name, text, "a number above 0", v => v > 0), (r, v) => apply(r, v!.Value));

    private void Least(string name, string text, Func<TrainingRecipe, float, TrainingRecipe> apply) =>
        Add(OptionKinds.Number(name, text, "a number of at least 0", v => v >= 0), (r, v) => apply(r, v!.Value));

    private void Share(string name, string text, Func<TrainingRecipe, float, TrainingRecipe> apply) =>
        Add(OptionKinds.Rate(name, text), (r, v) => apply(r, v!.Value));

    private void Add<T>(Option<T> option, Func<TrainingRecipe, T?, TrainingRecipe> apply) =>
        options.Add((option, (parse, recipe) => apply(recipe, parse.GetValue(option))));

    // Another optimiser comes with the rate that is usual for it.
    private static TrainingRecipe Use(TrainingRecipe recipe, Optimizer asked) => asked.GetType() == recipe.Optimizer.GetType() ? recipe
        : Update(recipe with { Schedule = recipe.Schedule with { Peak = asked is Sgd ? 0.05f : asked is Lion ? 1e-4f : 1e-3f } }, asked);

    private static TrainingRecipe Update(TrainingRecipe recipe, Optimizer optimizer) => recipe with { Optimizer = optimizer };

    private static Optimizer WithMomentum(Optimizer optimizer, float momentum) => optimizer switch
    {
        Sgd sgd => sgd with { Momentum = momentum, Nesterov = momentum > 0 },
        RmsProp rms => rms with { Momentum = momentum },
        _ => throw new UsageException($"--momentum is for sgd and rmsprop; {optimizer.GetType().Name} has moments of its own."),
    };

    private static string PerData(Func<TrainingDefaults, IFormattable> number) => string.Create(CultureInfo.InvariantCulture,
        $"(default: shapes {number(TrainingDefaults.Shapes)}, cifar10 {number(TrainingDefaults.Cifar10)}, "
            + $"folder {number(TrainingDefaults.Folder)})");
}

/// <summary>What <c>gpunet train</c> does unless told otherwise; some numbers depend on the data.</summary>
/// <param name="Width">Width multiplier of the network.</param>
/// <param name="Epochs">Passes over the training images.</param>
/// <param name="Batch">Images of a step.</param>
/// <param name="LearningRate">Greatest learning rate.</param>
internal sealed record TrainingDefaults(double Width, int Epochs, int Batch, float LearningRate)
{
    public const string Model = "mobilenetv2";
    public const string Data = "shapes";

    /// <summary>Well above 95 % of the test images in little more than a minute on two cores.</summary>
    public static TrainingDefaults Shapes { get; } = new(0.35, 3, 32, 0.05f);

    /// <summary>A run of an hour or so on two cores, minutes on a GPU.</summary>
    public static TrainingDefaults Cifar10 { get; } = new(0.5, 30, 128, 0.1f);

    /// <summary>Made for fine-tuning some hundreds of pictures from weights that know others.</summary>
    public static TrainingDefaults Folder { get; } = new(1, 10, 32, 5e-4f) { Optimizer = new AdamW { Decay = 0.05f } };

    /// <summary>How gradients move the parameters.</summary>
    public Optimizer Optimizer { get; init; } = new Sgd { Momentum = 0.9f, Nesterov = true, Decay = 5e-4f };

    /// <summary>The numbers for some data.</summary>
    public static TrainingDefaults For(string data) =>
        data.Split(':')[0] switch { "shapes" => Shapes, "cifar10" => Cifar10, _ => Folder };

    /// <summary>The recipe with these numbers.</summary>
    public TrainingRecipe Recipe(Augmentation augmentation) => new()
    {
        Epochs = Epochs,
        Batch = Batch,
        Schedule = new OneCycleSchedule(LearningRate),
        Optimizer = Optimizer,
        Augmentation = augmentation,
    };
}
