using System.CommandLine;
using System.Globalization;

namespace GpuNet.Cli;

/// <summary><c>gpunet train</c>: trains a network, shows how it goes, and leaves a model, measurements and curves.</summary>
internal static class TrainCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<string> name = OptionKinds.OneOf("--model", $"Network (default: {TrainingDefaults.Model})", ModelOptions.Names);
        Option<string> weights = OptionKinds.Text(
            "--weights", "Weights to begin with; those of the last layer stay out where its classes are others", "W.safetensors");
        Option<string> freeze = OptionKinds.Text("--freeze", "Parts that are not trained, such as features.0,features.1", "parts");
        Option<bool> freezeNorms = OptionKinds.Flag("--freeze-norms", "Keep batch norms at their running statistics");
        Option<string> output = OptionKinds.Text("--out", "Folder for model and measurements (default: a new one in runs)", "folder");
        Option<bool> resume = OptionKinds.Flag("--resume", "Go on with the run in --out, under its own recipe");
        string description = $"Train a network; without options {TrainingDefaults.Model} on {TrainingDefaults.Data}";
        var command = new Command("train", description) { name, weights, freeze, freezeNorms };
        var options = new ModelOptions(command, training: true);
        var recipeOptions = new RecipeOptions(command);
        command.Options.Add(output);
        command.Options.Add(resume);
        var profiling = new ProfileOption(command);
        var place = new PlaceOptions(command, terminal);
        command.SetAction(parse =>
        {
            using var interruption = new Interruption(terminal.Stop);
            string? folder = parse.GetValue(output);
            ModelDescription? before = null;
            if (parse.GetValue(resume))
            {
                _ = folder ?? throw new UsageException("--resume needs --out, the folder of the run to go on with.");
                using ModelFile file = ModelFile.Open(folder, name: ModelFile.StateName);
                before = file.Description;
                if (parse.GetResult(weights) is not null || parse.GetResult(freeze) is not null || parse.GetValue(freezeNorms))
                    throw new UsageException("--resume goes on with the run's weights and frozen parts; leave out what asks for others.");
            }
            string dataName = recipeOptions.Data(parse, before?.Training?.Data);
            TrainingRecipe recipe = recipeOptions.Recipe(parse, dataName, before?.Training?.Recipe);
            ImageData data = Datasets.Open(dataName);
            ModelSpec spec = options.Apply(parse, before?.Model ?? Fit(data, dataName)) with
            {
                Name = parse.GetValue(name) ?? before?.Model.Name ?? TrainingDefaults.Model,
            };
            if (before is not null && spec != before.Model)
                throw new UsageException($"--resume goes on with the network of {folder}; leave out the options that ask for another.");
            folder ??= NewFolder(spec.Name, dataName);
            string? trace = profiling.Path(parse, folder);
            using Device device = place.Open(parse);
            using Model model = spec.On(device, recipe.Seed);
            if (parse.GetValue(weights) is { } path)
            {
                LoadReport report = model.LoadForClasses(path);
                terminal.Line(report.HasFoldedNorms ? $"{report.Message} They are frozen." : report.Message);
                if (report.HasFoldedNorms)
                    model.FreezeNorms();
            }
            model.Freeze(Model.Parts(parse.GetValue(freeze)));
            if (parse.GetValue(freezeNorms))
                model.FreezeNorms();
            model.Freeze(name => before?.Training?.Frozen.Contains(name) ?? false);
            using var training = new Training(model, data)
            {
                Recipe = recipe,
                DataName = dataName,
                Folder = folder,
                Resume = before is not null,
            };
            Profile? profile = trace is null ? null : new Profile(device, trace);
            training.Profiler = profile?.Profiler;
            int code = Train(terminal, training, dataName, interruption);
            profile?.Save();
            profile?.Print(terminal);
            return code;
        });
        return command;
    }

    private static int Train(Terminal terminal, Training training, string data, Interruption interruption)
    {
        training.Start();
        Model model = training.Model;
        ModelSpec spec = model.Spec;
        string folder = training.Folder!;
        Graph graph = spec.Build(1);
        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"{spec.Name}, width {spec.Width}: {graph.ParameterCount:N0} parameters, "
                + $"{graph.Macs / 1e6:N2} M MACs an image of {spec.ImageHeight}x{spec.ImageWidth}x{spec.ImageChannels}"));
        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"{data} on {model.Device}: {training.Epochs} epochs of {training.StepsPerEpoch} steps of "
                + $"{training.Batch * training.Accumulate} images, {training.PlanBytes / 1048576.0:N0} MiB of activations"));
        if (training.Steps > 0)
            terminal.Line($"going on after {Quantities.Epochs(training.History.Count)} and {Quantities.Count(training.Steps, "step")}");
        PlainTrainingView view = terminal.Interactive
            ? new LiveTrainingView(terminal, training) : new PlainTrainingView(terminal, training.Epochs);
        try
        {
            view.Watch(training, interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            terminal.Failure($"interrupted after {Quantities.Epochs(training.History.Count)} and "
                + $"{Quantities.Count(training.Steps, "step")}; go on with: gpunet train --resume --out {folder}");
            return interruption.ExitCode;
        }
        IReadOnlyList<Epoch> epochs = training.History;
        if (epochs.Count > 0)
            TerminalChart.Write(terminal, epochs);
        if (epochs.Count < training.Epochs)
            terminal.Line($"stopped: no better result in {Quantities.Epochs(training.Patience)}");
        Epoch best = epochs.Last(e => e.IsBest);
        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"test accuracy {Quantities.Percent(epochs[^1].Test.Accuracy)} after {Quantities.Epochs(epochs.Count)} in "
                + $"{Quantities.Duration(training.Seconds)}, best {Quantities.Percent(best.Better.Accuracy)} after epoch {best.Number}; "
                + $"written to {folder}"));
        return ExitCodes.Done;
    }

    private static ModelSpec Fit(ImageData images, string dataName) => new(TrainingDefaults.Model)
    {
        Width = TrainingDefaults.For(dataName).Width,
        Classes = images.Classes,
        ImageHeight = images.Height,
        ImageWidth = images.Width,
        ImageChannels = images.Channels,
    };

    private static string NewFolder(string model, string data)
    {
        string name = Path.Combine("runs", $"{DateTime.Now:yyyyMMdd-HHmmss}-{model}-{data.Split(':')[0]}");
        return !Directory.Exists(name) ? name
            : Enumerable.Range(2, int.MaxValue - 2).Select(i => $"{name}-{i}").First(n => !Directory.Exists(n));
    }
}
