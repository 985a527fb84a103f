using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using NUnit.Framework;

namespace GpuNet.Tests.Library;

/// <summary>What System.Diagnostics sees of models and trainings.</summary>
[TestFixture]
internal sealed class TelemetryTests
{
    [Test]
    public void Passes_and_steps_are_seen_by_who_listens()
    {
        var values = new ConcurrentBag<(string Name, double Value, string Model)>();
        var activities = new ConcurrentBag<Activity>();
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "GpuNet")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        meters.SetMeasurementEventCallback<long>((i, v, tags, _) => values.Add((i.Name, v, (string)tags[0].Value!)));
        meters.SetMeasurementEventCallback<double>((i, v, tags, _) => values.Add((i.Name, v, (string)tags[0].Value!)));
        meters.Start();
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == "GpuNet",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activities.Add,
        };
        ActivitySource.AddActivityListener(listener);
        using Model model = TinyNetwork.Spec.On(TestDevices.Get("cpu"));
        model.Run(new Dictionary<string, Array> { ["input"] = new float[3 * 192] });
        using var training = new Training(model, TinyNetwork.Samples(16, 1)) { Batch = 8, Epochs = 1 };
        Assert.That(training.Run().Count(), Is.EqualTo(1));
        (string Name, double Value, string Model)[] own = [.. values.Where(v => v.Model == "tiny")];
        Assert.That(own.Where(v => v.Name == "gpunet.model.samples").Sum(v => v.Value), Is.EqualTo(3));
        Assert.That(own.Single(v => v.Name == "gpunet.model.duration").Value, Is.Positive);
        Assert.That(own.Where(v => v.Name == "gpunet.training.steps").Sum(v => v.Value), Is.EqualTo(2));
        Assert.That(own.Where(v => v.Name == "gpunet.training.loss").Select(v => v.Value), Is.All.InRange(0.5, 3));
        Assert.That(activities.Count(a => a.OperationName == "run model" && Equals(a.GetTagItem("gpunet.samples"), 3)), Is.EqualTo(1));
    }
}
