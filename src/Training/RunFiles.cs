using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GpuNet;

/// <summary>What a run leaves for people and other tools beside its models: <c>metrics.json</c> and <c>training.svg</c>.</summary>
internal static class RunFiles
{
    public const string MetricsName = "metrics.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Writes both, each in place of the one before.</summary>
    public static void Write(string folder, Model model, Training training)
    {
        IReadOnlyList<Epoch> epochs = training.History;
        var metrics = new
        {
            Model = model.Spec.Name,
            model.Spec.Width,
            Data = training.DataName,
            Device = model.Device.Name,
            DeviceDescription = model.Device.Info.Description,
            Device.KernelCompiler,
            Parameters = model.Spec.Build(1).ParameterCount,
            Epochs = epochs.Select(e => new
            {
                Epoch = e.Number,
                TrainLoss = e.Loss,
                TrainAccuracy = e.Accuracy,
                TestLoss = e.Test.Loss,
                TestAccuracy = e.Test.Accuracy,
                TestTop5 = e.Test.Top5,
                TestMeanIou = e.Test.MeanIoU,
                AverageTestLoss = e.Average?.Loss,
                AverageTestAccuracy = e.Average?.Accuracy,
                e.LearningRate,
                e.Seconds,
                ImagesPerSecond = e.SamplesPerSecond,
            }),
            TestAccuracy = epochs[^1].Test.Accuracy,
            TrainImagesPerSecond = epochs.Sum(e => e.SamplesPerSecond * e.Seconds) / Math.Max(1e-9, epochs.Sum(e => e.Seconds)),
            training.Seconds,
        };
        AtomicFile.Write(Path.Combine(folder, MetricsName), JsonSerializer.Serialize(metrics, Json) + "\n");
        string title = string.Create(CultureInfo.InvariantCulture,
            $"{model.Spec.Name}, width {model.Spec.Width}: test accuracy {100 * epochs[^1].Test.Accuracy:F2} %");
        AtomicFile.Write(Path.Combine(folder, TrainingCurves.FileName), TrainingCurves.Svg(title, epochs));
    }
}
