using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace GpuNet.Cli;

/// <summary><c>gpunet predict</c>: what a model sees in some pictures.</summary>
internal static class PredictCommand
{
    private const int DefaultTop = 5;

    public static Command Create(Terminal terminal)
    {
        Argument<string> folder = ModelOptions.SavedArgument();
        var files = new Argument<string[]>("image")
        {
            Description = "Pictures (JPEG, PNG, WebP, BMP, GIF, PPM), brought to the network's input as the model remembers it",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<int?> top = OptionKinds.Whole("--top", $"Classes to name for each picture (default: {DefaultTop})", 1);
        Option<bool> json = OptionKinds.Flag("--json", "Print one JSON object");
        var command = new Command("predict", "Classify pictures") { folder, files, top, json };
        var profiling = new ProfileOption(command);
        var place = new PlaceOptions(command, terminal);
        command.SetAction(parse =>
        {
            string path = parse.GetRequiredValue(folder);
            string[] names = parse.GetRequiredValue(files);
            string? trace = profiling.Path(parse);
            using Device device = place.Open(parse);
            using Model model = Model.Open(path, device);
            int count = Math.Min(parse.GetValue(top) ?? DefaultTop, model.Classes.Count);
            var predictions = new List<IReadOnlyList<Prediction>>();
            // As many pictures at a time as pass through the network together.
            foreach (string[] some in names.Chunk(Model.LargestBatch))
                predictions.AddRange(model.Predict([.. some.Select(Image.Read)], count));
            Profile? profile = trace is null ? null : new Profile(device, trace);
            if (profile is not null)
            {
                Image[] last = [.. names.TakeLast(Math.Min(names.Length, Model.LargestBatch)).Select(Image.Read)];
                profile.Repeat(p => model.Profiler = p, () => model.Predict(last, count));
                profile.Save();
            }
            if (parse.GetValue(json))
            {
                terminal.Json(new Result(path, device.Name, trace, names.Zip(predictions, (file, p) => new Picture(file, p))));
            }
            else
            {
                Print(terminal, names, predictions);
                profile?.Print(terminal);
            }
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Print(Terminal terminal, string[] names, List<IReadOnlyList<Prediction>> predictions)
    {
        Table table = Terminal.NewTable(("picture", false), ("class", false), ("probability", true));
        for (int i = 0; i < names.Length; i++)
        {
            for (int k = 0; k < predictions[i].Count; k++)
            {
                Prediction p = predictions[i][k];
                table.AddRow(k == 0 ? Markup.Escape(names[i]) : "", Markup.Escape(p.Class),
                    string.Create(CultureInfo.InvariantCulture, $"{100 * p.Probability:F2} %"));
            }
        }
        terminal.Write(table);
    }

    private sealed record Picture(string File, IReadOnlyList<Prediction> Predictions);

    private sealed record Result(
        string Checkpoint,
        string Device,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Profile,
        IEnumerable<Picture> Images);
}
