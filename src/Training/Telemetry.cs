using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace GpuNet;

/// <summary>
/// What an application can observe by System.Diagnostics, under the name <c>GpuNet</c>: activities for passes and training steps, and
/// instruments. Nothing is measured while nobody listens.
/// </summary>
internal static class Telemetry
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "GpuNet";

    public static readonly ActivitySource Activities = new(Name);

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Samples =
        Meter.CreateCounter<long>("gpunet.model.samples", "{sample}", "Samples run through a model");

    private static readonly Histogram<double> Duration =
        Meter.CreateHistogram<double>("gpunet.model.duration", "s", "Time of a pass, waiting for the device's turn included");

    private static readonly Counter<long> Steps = Meter.CreateCounter<long>("gpunet.training.steps", "{step}", "Training steps done");

    private static readonly Histogram<double> Loss =
        Meter.CreateHistogram<double>("gpunet.training.loss", "1", "Mean loss of a training step");

    /// <summary>Says that a model ran.</summary>
    public static void RecordPass(string model, int samples, long start)
    {
        var tag = new KeyValuePair<string, object?>("gpunet.model", model);
        Samples.Add(samples, tag);
        if (Duration.Enabled)
            Duration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, tag);
    }

    /// <summary>Says that a training step is done.</summary>
    public static void RecordStep(string model, double loss)
    {
        var tag = new KeyValuePair<string, object?>("gpunet.model", model);
        Steps.Add(1, tag);
        Loss.Record(loss, tag);
    }
}
