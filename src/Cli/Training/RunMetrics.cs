using System.Text.Json;
using System.Text.Json.Serialization;

namespace GpuNet.Cli;

/// <summary>What a run measured: the content of <c>metrics.json</c>. Accuracies are shares from 0 to 1, times seconds.</summary>
internal sealed record RunMetrics
{
    public const string FileName = "metrics.json";

    public required string Model { get; init; }

    public required float Width { get; init; }

    public required string Data { get; init; }

    /// <summary>Where the run went on last.</summary>
    public required string Device { get; init; }

    public required string DeviceDescription { get; init; }

    public required string KernelCompiler { get; init; }

    public required long Parameters { get; init; }

    /// <summary>The epochs that are done.</summary>
    public List<EpochMetrics> Epochs { get; init; } = [];

    /// <summary>Accuracy on the test images after the last of the epochs.</summary>
    public double? TestAccuracy => Epochs.Count > 0 ? Epochs[^1].TestAccuracy : null;

    /// <summary>Images trained on a second, the time of evaluation left out.</summary>
    public double TrainImagesPerSecond =>
        Epochs.Count > 0 ? Epochs.Sum(e => e.ImagesPerSecond * e.Seconds) / Math.Max(1e-9, Epochs.Sum(e => e.Seconds)) : 0;

    /// <summary>Time spent on the run, evaluation and checkpoints included, interruptions not.</summary>
    public double Seconds { get; set; }

    /// <summary>The epoch in which the run was interrupted; none if that was at the end of one, or not at all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EpochTally? Partial { get; set; }

    /// <summary>Reads the metrics of a run, or nothing if there are none.</summary>
    /// <exception cref="GpuNetException">The file is damaged.</exception>
    public static RunMetrics? Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize<RunMetrics>(File.ReadAllText(path), Terminal.JsonOptions);
        }
        catch (JsonException e)
        {
            throw new GpuNetException($"{path}: not the metrics of a run: {e.Message}", e);
        }
    }

    public void Save(string folder) =>
        AtomicFile.Write(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, Terminal.JsonOptions) + "\n");
}

/// <summary>One epoch: means over its training steps, then the test images.</summary>
internal sealed record EpochMetrics(
    int Epoch,
    double TrainLoss,
    double TrainAccuracy,
    double TestLoss,
    double TestAccuracy,
    float LearningRate,
    double Seconds,
    double ImagesPerSecond);

/// <summary>Sums over the steps of an epoch that is under way.</summary>
internal sealed class EpochTally
{
    /// <summary>Steps of the whole run when the sums were taken.</summary>
    public int Steps { get; set; }

    public int Images { get; set; }

    public double LossSum { get; set; }

    public int Correct { get; set; }

    public float LearningRate { get; set; }

    public double Seconds { get; set; }

    [JsonIgnore]
    public double Loss => LossSum / Math.Max(1, Images);

    [JsonIgnore]
    public double Accuracy => (double)Correct / Math.Max(1, Images);

    [JsonIgnore]
    public double ImagesPerSecond => Images / Math.Max(1e-9, Seconds);
}
