using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GpuNet;

/// <summary>
/// A trained or half-trained classifier in a folder: <c>weights.safetensors</c>, <c>momentum.safetensors</c>, and
/// <c>checkpoint.json</c>, which describes them. The files appear under their names only once all three are complete; should the
/// machine stop between the renamings, the step each was written at tells that the set is mixed.
/// </summary>
public sealed record Checkpoint
{
    /// <summary>File with the parameters, in PyTorch's layout and names.</summary>
    public const string WeightsName = "weights.safetensors";

    /// <summary>File with the optimiser's momentum.</summary>
    public const string MomentumName = "momentum.safetensors";

    /// <summary>File with everything else.</summary>
    public const string JsonName = "checkpoint.json";

    private const string StepKey = "step";
    private const int CurrentVersion = 1;

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Version of the format.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The network.</summary>
    public required ModelSpec Model { get; init; }

    /// <summary>Names of the classes.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>Mean of each channel that was taken from the images, which run from 0 to 1.</summary>
    public required IReadOnlyList<float> Mean { get; init; }

    /// <summary>Standard deviation that each channel was divided by.</summary>
    public required IReadOnlyList<float> Deviation { get; init; }

    /// <summary>Training steps done.</summary>
    public int Steps { get; init; }

    /// <summary>Epochs done.</summary>
    public int Epochs { get; init; }

    /// <summary>How the run was set up, for the reader: data, schedule, rate, seed and the like.</summary>
    public IReadOnlyDictionary<string, string> Recipe { get; init; } = new Dictionary<string, string>();

    /// <summary>Writes the checkpoint of a trainer.</summary>
    /// <param name="folder">Folder; made if it is not there.</param>
    /// <param name="trainer">Whose parameters and momentum to write.</param>
    public void Save(string folder, Trainer trainer)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        Directory.CreateDirectory(folder);
        var step = new Dictionary<string, string> { [StepKey] = trainer.Steps.ToString(CultureInfo.InvariantCulture) };
        string[] names = [WeightsName, MomentumName, JsonName];
        string Staged(string name) => Path.Combine(folder, name + ".new");
        WeightsFile.Save(trainer.Parameters, Staged(WeightsName), step);
        var momentum = new SafetensorsWriter();
        momentum.Metadata[StepKey] = step[StepKey];
        foreach ((string name, Tensor state) in trainer.Optimizer.States)
            momentum.Add(name, [state.Shape.Elements], state.ToArray());
        momentum.Save(Staged(MomentumName));
        using (var json = new FileStream(Staged(JsonName), FileMode.Create))
        {
            JsonSerializer.Serialize(json, this with { Steps = trainer.Steps }, Json);
            json.Flush(flushToDisk: true);
        }
        // Only now that all three are complete do they take the places of the last checkpoint's.
        foreach (string name in names)
            File.Move(Staged(name), Path.Combine(folder, name), overwrite: true);
    }

    /// <summary>Reads the description of a checkpoint, not its tensors.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <exception cref="GpuNetException">There is no checkpoint, or it is damaged or of another version.</exception>
    public static Checkpoint Read(string folder)
    {
        string path = Path.Combine(folder, JsonName);
        if (!File.Exists(path))
            throw new GpuNetException($"{folder} holds no checkpoint: {JsonName} is missing.");
        try
        {
            Checkpoint checkpoint = JsonSerializer.Deserialize<Checkpoint>(File.ReadAllText(path), Json)
                ?? throw new GpuNetException($"{path}: expected a checkpoint, got null.");
            if (checkpoint.Version != CurrentVersion)
                throw new GpuNetException($"{path}: expected version {CurrentVersion}, got {checkpoint.Version}.");
            if (checkpoint.ClassNames.Count != checkpoint.Model.Classes)
                throw new GpuNetException($"{path}: expected {checkpoint.Model.Classes} class names, got {checkpoint.ClassNames.Count}.");
            if (checkpoint.Mean.Count != checkpoint.Model.ImageChannels || checkpoint.Deviation.Count != checkpoint.Model.ImageChannels)
                throw new GpuNetException($"{path}: expected a mean and a deviation for {checkpoint.Model.ImageChannels} channels.");
            return checkpoint;
        }
        catch (JsonException e)
        {
            throw new GpuNetException($"{path}: not a checkpoint: {e.Message}", e);
        }
    }

    /// <summary>Reads the checkpoint's parameters into a store.</summary>
    public void LoadWeights(string folder, ParameterStore parameters)
    {
        string path = Path.Combine(folder, WeightsName);
        CheckStep(path, WeightsFile.Load(parameters, path));
    }

    /// <summary>Takes a trainer back to where the checkpoint left it, so that training goes on as if it had not stopped.</summary>
    public void Restore(string folder, Trainer trainer)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        string path = Path.Combine(folder, MomentumName);
        using SafetensorsFile file = SafetensorsFile.Read(path);
        CheckStep(path, file.Metadata);
        LoadWeights(folder, trainer.Parameters);
        foreach ((string name, Tensor state) in trainer.Optimizer.States)
            state.Upload(file.ReadFloats(name), path);
        trainer.Optimizer.Steps = Steps;
        trainer.Parameters.ClearGradients();
        trainer.Steps = Steps;
    }

    private void CheckStep(string path, IReadOnlyDictionary<string, string> metadata)
    {
        string found = metadata.TryGetValue(StepKey, out string? step) ? step : "none";
        if (found != Steps.ToString(CultureInfo.InvariantCulture))
            throw new GpuNetException($"{path}: expected the file of step {Steps}, found that of step {found}; the checkpoint is mixed.");
    }
}
