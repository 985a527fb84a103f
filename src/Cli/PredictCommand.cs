using System.CommandLine;
using System.Globalization;
using System.Numerics.Tensors;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace GpuNet.Cli;

/// <summary><c>gpunet predict</c>: what a checkpoint sees in some pictures.</summary>
internal static class PredictCommand
{
    private const int DefaultTop = 5;
    private const int LargestBatch = 16;

    public static Command Create(Terminal terminal)
    {
        var folder = new Argument<string>("checkpoint") { Description = "Folder of a checkpoint, as written by gpunet train" };
        var files = new Argument<string[]>("image")
        {
            Description = "Pictures, PNG or binary PPM: the shorter side is resized to the network's input, the middle cut out",
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
            Checkpoint checkpoint = Checkpoint.Read(path);
            string? trace = profiling.Path(parse);
            using Device device = place.Open(parse);
            Profile? profile = trace is null ? null : new Profile(device, trace);
            int count = Math.Min(parse.GetValue(top) ?? DefaultTop, checkpoint.Model.Classes);
            List<Prediction[]> predictions = Predict(path, checkpoint, device, names, count, profile);
            profile?.Save();
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

    private static List<Prediction[]> Predict(
        string path, Checkpoint checkpoint, Device device, string[] names, int top, Profile? profile)
    {
        ModelSpec model = checkpoint.Model;
        if (model.ImageChannels != 3)
        {
            throw new GpuNetException(
                $"{path}: pictures have 3 channels; expected a network for them, got one for {model.ImageChannels}.");
        }
        var preprocessing = new ImagePreprocessing(
            model.ImageHeight, model.ImageWidth, new Normalization(checkpoint.Mean, checkpoint.Deviation))
        {
            Resize = Math.Min(model.ImageHeight, model.ImageWidth),
        };
        int batch = Math.Min(names.Length, LargestBatch), length = model.ImageHeight * model.ImageWidth * 3;
        using var classifier = new Classifier(path, checkpoint, device, batch);
        var images = new float[batch * length];
        var predictions = new List<Prediction[]>();
        foreach (string[] some in names.Chunk(batch))
        {
            for (int i = 0; i < some.Length; i++)
                preprocessing.Apply(Image.Read(some[i]), images.AsSpan(i * length, length));
            ReadOnlySpan<float> logits = classifier.Logits(images.AsSpan(0, some.Length * length));
            for (int i = 0; i < some.Length; i++)
                predictions.Add(Best(logits.Slice(i * model.Classes, model.Classes), checkpoint.ClassNames, top));
        }
        // The last pictures once more, and again.
        profile?.Repeat(p => classifier.Profiler = p, () => classifier.Logits(images));
        return predictions;
    }

    private static Prediction[] Best(ReadOnlySpan<float> logits, IReadOnlyList<string> classNames, int top)
    {
        var probabilities = new double[logits.Length];
        double max = TensorPrimitives.Max(logits), sum = 0;
        for (int c = 0; c < probabilities.Length; c++)
            sum += probabilities[c] = Math.Exp(logits[c] - max);
        return
        [
            .. Enumerable.Range(0, probabilities.Length).OrderByDescending(c => probabilities[c]).Take(top)
                .Select(c => new Prediction(classNames[c], c, probabilities[c] / sum)),
        ];
    }

    private static void Print(Terminal terminal, string[] names, List<Prediction[]> predictions)
    {
        Table table = Terminal.NewTable(("picture", false), ("class", false), ("probability", true));
        for (int i = 0; i < names.Length; i++)
        {
            for (int k = 0; k < predictions[i].Length; k++)
            {
                Prediction p = predictions[i][k];
                table.AddRow(k == 0 ? Markup.Escape(names[i]) : "", Markup.Escape(p.Class),
                    string.Create(CultureInfo.InvariantCulture, $"{100 * p.Probability:F2} %"));
            }
        }
        terminal.Write(table);
    }

    private sealed record Prediction(string Class, int Index, double Probability);

    private sealed record Picture(string File, Prediction[] Predictions);

    private sealed record Result(
        string Checkpoint,
        string Device,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Profile,
        IEnumerable<Picture> Images);
}
