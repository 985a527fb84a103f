using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace GpuNet.Cli;

/// <summary><c>gpunet eval</c>: how well a checkpoint classifies the test images, class by class.</summary>
internal static class EvalCommand
{
    private const int DefaultBatch = 128;

    public static Command Create(Terminal terminal)
    {
        var folder = new Argument<string>("checkpoint") { Description = "Folder of a checkpoint, as written by gpunet train" };
        Option<string> data = DataOption.Create("Data set; by default the one it was trained on");
        Option<int?> batch = OptionKinds.Whole("--batch", $"Images of a pass (default: {DefaultBatch})", 1);
        Option<bool> json = OptionKinds.Flag("--json", "Print one JSON object");
        var command = new Command("eval", "Measure a checkpoint on the test images") { folder, data, batch, json };
        var place = new PlaceOptions(command, terminal);
        command.SetAction(parse =>
        {
            string path = parse.GetRequiredValue(folder);
            Checkpoint checkpoint = Checkpoint.Read(path);
            string source = parse.GetValue(data) ?? checkpoint.Recipe.GetValueOrDefault(TrainingRecipe.DataKey)
                ?? throw new UsageException($"{path} does not say which data it was trained on; name them with --data.");
            ImageData images = Datasets.Open(source);
            DataOption.RequireMatch(checkpoint, images);
            images = images.With(images.Preprocessing with { Normalization = new Normalization(checkpoint.Mean, checkpoint.Deviation) });
            SampleSet test = images.Test;
            using Device device = place.Open(parse);
            Evaluation result = Evaluate(path, checkpoint, test, device, Math.Min(parse.GetValue(batch) ?? DefaultBatch, test.Count));
            if (parse.GetValue(json))
                terminal.Json(Describe(path, source, device, test, result));
            else
                Print(terminal, test, result);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Evaluation Evaluate(string path, Checkpoint checkpoint, SampleSet test, Device device, int batch)
    {
        using var loader = new BatchLoader(test, BatchLoaderOptions.ForEvaluation(batch));
        using var classifier = new Classifier(path, checkpoint, device, batch);
        int imageLength = test.Fields[0].Length;
        var result = new Evaluation(new int[classifier.Classes], new int[classifier.Classes]);
        foreach (Batch images in loader.Epoch(0))
        {
            ReadOnlySpan<int> labels = images.Integers(ImageData.Labels).AsSpan(0, images.Count);
            ReadOnlySpan<float> logits = classifier.Logits(images.Floats(ImageData.Input).AsSpan(0, images.Count * imageLength));
            result.LossSum += Classification.MeanCrossEntropy(logits, labels, classifier.Classes) * images.Count;
            for (int i = 0; i < labels.Length; i++)
            {
                result.Images[labels[i]]++;
                result.Correct[labels[i]] += Classification.CountCorrect(
                    logits.Slice(i * classifier.Classes, classifier.Classes), labels.Slice(i, 1), classifier.Classes);
            }
        }
        return result;
    }

    private static object Describe(string path, string source, Device device, SampleSet test, Evaluation result) => new
    {
        Checkpoint = path,
        Data = source,
        Device = device.Name,
        Device.KernelCompiler,
        Images = test.Count,
        result.Loss,
        result.Accuracy,
        Classes = test.Classes.Select((name, c) => new
        {
            Name = name,
            Images = result.Images[c],
            Correct = result.Correct[c],
            Accuracy = result.Images[c] > 0 ? (double)result.Correct[c] / result.Images[c] : (double?)null,
        }),
    };

    private static void Print(Terminal terminal, SampleSet test, Evaluation result)
    {
        Table table = Terminal.NewTable(("class", false), ("images", true), ("right", true), ("accuracy", true));
        for (int c = 0; c < test.Classes.Count; c++)
        {
            table.AddRow(
                Markup.Escape(test.Classes[c]),
                result.Images[c].ToString(CultureInfo.InvariantCulture),
                result.Correct[c].ToString(CultureInfo.InvariantCulture),
                result.Images[c] > 0 ? Quantities.Percent((double)result.Correct[c] / result.Images[c]) : "-");
        }
        terminal.Write(table);
        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"{test.Name}: {test.Count} images, accuracy {Quantities.Percent(result.Accuracy)}, loss {result.Loss:F4}"));
    }

    /// <summary>Counts by class, and the sum of the losses.</summary>
    private sealed record Evaluation(int[] Images, int[] Correct)
    {
        public double LossSum { get; set; }

        public double Loss => LossSum / Images.Sum();

        public double Accuracy => (double)Correct.Sum() / Images.Sum();
    }
}
