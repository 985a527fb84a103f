using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace GpuNet.Cli;

/// <summary><c>gpunet eval</c>: how well a model classifies the test images, class by class.</summary>
internal static class EvalCommand
{
    private const int DefaultBatch = 128;

    public static Command Create(Terminal terminal)
    {
        Argument<string> folder = ModelOptions.SavedArgument();
        Option<string> data = DataOption.Create("Data set; by default the one it was trained on");
        Option<int?> batch = OptionKinds.Whole("--batch", $"Images of a pass (default: {DefaultBatch})", 1);
        Option<bool> json = OptionKinds.Flag("--json", "Print one JSON object");
        var command = new Command("eval", "Measure a model on the test images") { folder, data, batch, json };
        var place = new PlaceOptions(command, terminal);
        command.SetAction(parse =>
        {
            string path = parse.GetRequiredValue(folder);
            string source;
            using (ModelFile file = ModelFile.Open(path))
            {
                source = parse.GetValue(data) ?? file.Description.Training?.Data
                    ?? throw new UsageException($"{path} does not say which data it was trained on; name them with --data.");
            }
            ImageData images = Datasets.Open(source);
            using Device device = place.Open(parse);
            using Model model = Model.Open(path, device);
            Evaluation result = model.Evaluate(images, Math.Min(parse.GetValue(batch) ?? DefaultBatch, images.Test.Count));
            if (parse.GetValue(json))
                terminal.Json(Describe(path, source, device, result));
            else
                Print(terminal, images.Test.Name, result);
            return ExitCodes.Done;
        });
        return command;
    }

    private static object Describe(string path, string source, Device device, Evaluation result) => new
    {
        Checkpoint = path,
        Data = source,
        Device = device.Name,
        Device.KernelCompiler,
        Images = result.Samples,
        result.Loss,
        result.Accuracy,
        result.Top5,
        Classes = result.Classes.Select((name, c) => new
        {
            Name = name,
            Images = result.Count(c),
            Correct = result.Correct(c),
            Accuracy = Number(result.Recall(c)),
            Precision = Number(result.Precision(c)),
        }),
    };

    private static double? Number(double share) => double.IsNaN(share) ? null : share;

    private static void Print(Terminal terminal, string data, Evaluation result)
    {
        Table table = Terminal.NewTable(("class", false), ("images", true), ("right", true), ("recall", true), ("precision", true));
        for (int c = 0; c < result.Classes.Count; c++)
        {
            table.AddRow(
                Markup.Escape(result.Classes[c]),
                result.Count(c).ToString(CultureInfo.InvariantCulture),
                result.Correct(c).ToString(CultureInfo.InvariantCulture),
                double.IsNaN(result.Recall(c)) ? "-" : Quantities.Percent(result.Recall(c)),
                double.IsNaN(result.Precision(c)) ? "-" : Quantities.Percent(result.Precision(c)));
        }
        terminal.Write(table);
        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"{data}: {result.Samples} images, accuracy {Quantities.Percent(result.Accuracy)}, top-5 {Quantities.Percent(result.Top5)}, "
                + $"loss {result.Loss:F4}"));
    }
}
