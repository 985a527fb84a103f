using System.CommandLine;

namespace GpuNet.Cli;

/// <summary>The options that say which variant of a network is meant.</summary>
internal sealed class ModelOptions
{
    private readonly Option<double?> width = OptionKinds.Number<double>("--width", "Width multiplier", "a number above 0", v => v > 0);

    private readonly Option<string> keepResolution = OptionKinds.Choice(
        "--keep-resolution", "Whether stem and second stage keep the resolution, as for 32x32 images; by default up to 32 rows they do");

    private readonly Option<string> scaleHead = OptionKinds.Choice(
        "--scale-head", "Whether a width below 1 narrows the last layer before the classifier too (MobileNetV2; default: false)");

    private readonly Option<float?> dropout = OptionKinds.Rate("--dropout", "Dropout before the classifier; by default the network's own");

    private readonly Option<float?> stochasticDepth = OptionKinds.Rate(
        "--stochastic-depth", "Greatest rate at which blocks are skipped in training; by default the network's own");

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="training">Whether it can train, so that rates of dropping matter.</param>
    public ModelOptions(Command command, bool training)
    {
        command.Options.Add(width);
        command.Options.Add(keepResolution);
        command.Options.Add(scaleHead);
        if (!training)
            return;
        command.Options.Add(dropout);
        command.Options.Add(stochasticDepth);
    }

    /// <summary>The names <c>--model</c> takes.</summary>
    public static IEnumerable<string> Names => ModelCatalog.All.Select(m => m.Name);

    /// <summary>A saved model, as the argument of a command.</summary>
    public static Argument<string> SavedArgument() =>
        new("model") { Description = "Folder of a model or a run, as written by gpunet train or Model.Save, or the file in it" };

    /// <summary>The network, as the argument of a command.</summary>
    public static Argument<string> NameArgument()
    {
        var name = new Argument<string>("model") { Description = $"Network: {string.Join(", ", Names)}" };
        name.Validators.Add(result =>
        {
            string given = result.GetValueOrDefault<string>() ?? "";
            if (!Names.Contains(given))
                result.AddError($"there is no model '{given}'; there are {string.Join(", ", Names)}");
        });
        return name;
    }

    /// <summary>What was asked for; what was not is as in <paramref name="fallback"/>.</summary>
    public ModelSpec Apply(ParseResult parse, ModelSpec fallback) => fallback with
    {
        Width = parse.GetValue(width) ?? fallback.Width,
        KeepEarlyResolution = Truth(parse.GetValue(keepResolution)) ?? fallback.KeepEarlyResolution,
        ScaleHead = Truth(parse.GetValue(scaleHead)) ?? fallback.ScaleHead,
        Dropout = parse.GetValue(dropout) ?? fallback.Dropout,
        StochasticDepth = parse.GetValue(stochasticDepth) ?? fallback.StochasticDepth,
    };

    private static bool? Truth(string? text) => text is null ? null : text == "true";
}
