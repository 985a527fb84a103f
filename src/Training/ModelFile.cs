using System.Text.Json;
using System.Text.Json.Serialization;

namespace GpuNet;

/// <summary>
/// A model in a file: safetensors with the parameters under PyTorch's names, and a description as JSON in its header under
/// <c>gpunet</c>. A file from which training goes on also has the optimiser's states and the like, below <c>training/</c>. One file is
/// one whole: it appears by a single renaming, and what was there before stays until then.
/// </summary>
internal sealed class ModelFile : IDisposable
{
    /// <summary>A model to use.</summary>
    public const string ModelName = "model.safetensors";

    /// <summary>The state of a training run, to go on from.</summary>
    public const string StateName = "training.safetensors";

    private const string Key = "gpunet";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private ModelFile(SafetensorsFile tensors, ModelDescription description) => (Tensors, Description) = (tensors, description);

    /// <summary>The tensors.</summary>
    public SafetensorsFile Tensors { get; }

    /// <summary>What they belong to.</summary>
    public ModelDescription Description { get; }

    /// <summary>The file's path.</summary>
    public string Path => Tensors.Path;

    /// <summary>Opens a file and reads its description.</summary>
    /// <param name="path">The file, or the folder of a model or a run.</param>
    /// <param name="define">The definition of a network that is not in the catalogue.</param>
    /// <param name="name">Which file of a folder.</param>
    /// <exception cref="GpuNetException">There is no such file, or it is damaged or of another version.</exception>
    public static ModelFile Open(string path, Action<NetworkBuilder>? define = null, string name = ModelName)
    {
        if (!File.Exists(path))
        {
            if (!Directory.Exists(path))
                throw new GpuNetException($"{path}: there is no such model: expected a folder with {name}, or that file.");
            string file = System.IO.Path.Combine(path, name);
            if (!File.Exists(file))
            {
                throw new GpuNetException(File.Exists(System.IO.Path.Combine(path, StateName))
                    ? $"{path} holds a run that has not finished an epoch yet: {name} is missing; go on with it first."
                    : $"{path} holds no model: {name} is missing.");
            }
            path = file;
        }
        SafetensorsFile tensors = SafetensorsFile.Read(path);
        try
        {
            return new ModelFile(tensors, Describe(tensors, define));
        }
        catch
        {
            tensors.Dispose();
            throw;
        }
    }

    /// <summary>Writes a file.</summary>
    /// <param name="path">The file; its folder is made if it is not there.</param>
    /// <param name="description">What to say of it.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="states">What training needs to go on, by name.</param>
    public static void Save(
        string path, ModelDescription description, ParameterStore parameters, IEnumerable<(string Name, float[] Values)>? states = null)
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new GpuNetException($"{path}: its folder cannot be made: {e.Message}", e);
        }
        var metadata = new Dictionary<string, string> { [Key] = JsonSerializer.Serialize(description, Json) };
        WeightsFile.Save(parameters, path, metadata, states);
    }

    /// <summary>Reads a state; null if there is none.</summary>
    public float[]? State(string name) =>
        Tensors.TryFind(WeightsFile.StatePrefix + name, out SafetensorsTensor? tensor) ? Tensors.ReadFloats(tensor.Name) : null;

    public void Dispose() => Tensors.Dispose();

    private static ModelDescription Describe(SafetensorsFile tensors, Action<NetworkBuilder>? define)
    {
        if (!tensors.Metadata.TryGetValue(Key, out string? text))
        {
            throw new GpuNetException(
                $"{tensors.Path}: holds weights, but does not say of which network; make the network and read them with Load.");
        }
        ModelDescription description;
        try
        {
            description = JsonSerializer.Deserialize<ModelDescription>(text, Json)
                ?? throw new GpuNetException($"{tensors.Path}: expected the description of a model, got null.");
        }
        catch (JsonException e)
        {
            throw new GpuNetException($"{tensors.Path}: the description of the model is damaged or of another version: {e.Message}", e);
        }
        if (description.Version != ModelDescription.CurrentVersion)
        {
            throw new GpuNetException(
                $"{tensors.Path}: expected a description of version {ModelDescription.CurrentVersion}, got {description.Version}.");
        }
        ModelSpec model = description.Model with { Define = define };
        if (define is null && ModelCatalog.All.All(m => m.Name != model.Name))
        {
            throw new GpuNetException($"{tensors.Path}: '{model.Name}' is a network of one's own, which a file cannot hold: "
                + "give its definition, Model.Open(path, device, define).");
        }
        ImagePreprocessing preprocessing = description.Preprocessing;
        if ((preprocessing.Height, preprocessing.Width, preprocessing.Channels)
            != (model.ImageHeight, model.ImageWidth, model.ImageChannels))
        {
            throw new GpuNetException(
                $"{tensors.Path}: expected pictures to become {model.ImageHeight}x{model.ImageWidth}x{model.ImageChannels}, "
                + $"got {preprocessing.Height}x{preprocessing.Width}x{preprocessing.Channels}.");
        }
        return description with { Model = model };
    }
}

/// <summary>What a file says of a model.</summary>
/// <param name="Model">The network.</param>
/// <param name="Preprocessing">How pictures become its input.</param>
internal sealed record ModelDescription(ModelSpec Model, ImagePreprocessing Preprocessing)
{
    public const int CurrentVersion = 2;

    public int Version { get; init; } = CurrentVersion;

    /// <summary>How it was trained, where it was: for <c>eval</c> the data, for going on the whole recipe.</summary>
    public TrainingState? Training { get; init; }
}
