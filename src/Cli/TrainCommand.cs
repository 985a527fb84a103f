using System.CommandLine;
using System.Globalization;

namespace GpuNet.Cli;

/// <summary><c>gpunet train</c>: trains a network, shows how it goes, and leaves a checkpoint, measurements and curves.</summary>
internal static class TrainCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<string> model = OptionKinds.OneOf("--model", $"Network (default: {TrainingDefaults.Model})", ModelOptions.Names);
        Option<string> output = OptionKinds.Text("--out", "Folder for checkpoint and measurements (default: a new one in runs)", "folder");
        Option<bool> resume = OptionKinds.Flag("--resume", "Go on with the run in --out, under its own recipe");
        string description = $"Train a network; without options {TrainingDefaults.Model} on {TrainingDefaults.Data}";
        var command = new Command("train", description) { model };
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
            Checkpoint? checkpoint = null;
            TrainingRecipe recipe;
            if (parse.GetValue(resume))
            {
                folder ??= RequireFolder();
                checkpoint = Checkpoint.Read(folder);
                recipe = recipeOptions.Keep(parse, TrainingRecipe.From(checkpoint, folder));
            }
            else
            {
                recipe = recipeOptions.Apply(parse, TrainingRecipe.For(recipeOptions.Data(parse)));
                folder ??= NewFolder(parse.GetValue(model) ?? TrainingDefaults.Model, recipe.Data);
                if (File.Exists(Path.Combine(folder, Checkpoint.JsonName)))
                    throw new GpuNetException($"{folder} holds a run already: go on with it by --resume, or name another folder.");
            }
            using Device device = place.Open(parse);
            ImageData data = Datasets.Open(recipe.Data);
            ModelSpec spec = options.Apply(parse, checkpoint?.Model ?? Fit(data, recipe)) with
            {
                Name = parse.GetValue(model) ?? checkpoint?.Model.Name ?? TrainingDefaults.Model,
            };
            if (checkpoint is not null && spec != checkpoint.Model)
                throw new UsageException($"--resume goes on with the network of {folder}; leave out the options that ask for another.");
            string? trace = profiling.Path(parse, folder);
            Directory.CreateDirectory(folder);
            using var run = new TrainingRun(spec, recipe, data, device, folder);
            if (checkpoint is not null)
                run.Resume(checkpoint);
            Profile? profile = trace is null ? null : new Profile(device, trace);
            run.Profiler = profile?.Profiler;
            int code = Train(terminal, run, recipe, spec, device, folder, interruption);
            profile?.Save();
            profile?.Print(terminal);
            return code;
        });
        return command;
    }

    private static int Train(
        Terminal terminal, TrainingRun run, TrainingRecipe recipe, ModelSpec spec, Device device, string folder, Interruption interruption)
    {
        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"{spec.Name}, width {spec.Width}: {run.Metrics.Parameters:N0} parameters, "
                + $"{spec.Build(1).Macs / 1e6:N2} M MACs an image of {spec.ImageHeight}x{spec.ImageWidth}x{spec.ImageChannels}"));
        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"{recipe.Data} on {device}: {recipe.Epochs} epochs of {run.StepsPerEpoch} steps of {recipe.Batch} images, "
                + $"{run.PlanBytes / 1048576.0:N0} MiB of activations"));
        if (run.Steps > 0)
        {
            terminal.Line(string.Create(
                CultureInfo.InvariantCulture, $"going on after {Quantities.Epochs(run.Epochs)} and {run.Steps} steps"));
        }
        ITrainingView view = terminal.Interactive
            ? new LiveTrainingView(terminal, recipe.Epochs) : new PlainTrainingView(terminal, recipe.Epochs);
        if (!run.Train(view, interruption.Token))
        {
            terminal.Failure(string.Create(CultureInfo.InvariantCulture,
                $"interrupted after {Quantities.Epochs(run.Epochs)} and {run.Steps} steps; go on with: "
                    + $"gpunet train --resume --out {folder}"));
            return interruption.ExitCode;
        }
        if (run.Metrics.Epochs.Count > 0)
            TerminalChart.Write(terminal, run.Metrics);
        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"test accuracy {Quantities.Percent(run.Metrics.TestAccuracy ?? 0)} after {Quantities.Epochs(run.Epochs)} in "
                + $"{Quantities.Duration(run.Metrics.Seconds)}, {run.Metrics.TrainImagesPerSecond:F0} images/s; written to {folder}"));
        return ExitCodes.Done;
    }

    /// <summary>The network's variant for some images.</summary>
    private static ModelSpec Fit(ImageData images, TrainingRecipe recipe) => new(TrainingDefaults.Model)
    {
        Width = TrainingDefaults.For(Datasets.Parse(recipe.Data)).Width,
        Classes = images.Classes.Count,
        ImageHeight = images.Height,
        ImageWidth = images.Width,
        ImageChannels = images.Channels,
    };

    private static string NewFolder(string model, string data)
    {
        string time = DateTime.Now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        string name = Path.Combine("runs", $"{time}-{model}-{data.Split(':')[0]}");
        for (int i = 2; Directory.Exists(name); i++)
            name = Path.Combine("runs", $"{time}-{model}-{data.Split(':')[0]}-{i.ToString(CultureInfo.InvariantCulture)}");
        return name;
    }

    private static string RequireFolder() => throw new UsageException("--resume needs --out, the folder of the run to go on with.");
}
