using System.Diagnostics;
using System.Globalization;

namespace GpuNet.Cli;

/// <summary>Times a network with random parameters on random images: what an image holds does not change how long it takes.</summary>
internal sealed class ModelTiming
{
    private const int Seed = 1;
    private const float LearningRate = 0.001f;

    // Methods that run once a pass are compiled for good after thirty calls, on a thread of their own.
    private const int LeastWarmUpRuns = 5;
    private const int MostWarmUpRuns = 200;
    private static readonly TimeSpan LeastWarmUp = TimeSpan.FromSeconds(1.5);

    private readonly ModelSpec model;
    private readonly Device device;
    private readonly int batch;
    private readonly int runs;
    private readonly Profile? profile;

    /// <param name="model">The network.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="batch">Images of a run.</param>
    /// <param name="runs">Runs to take the median of.</param>
    /// <param name="profile">What takes a profile of some more runs; null if none is wanted.</param>
    public ModelTiming(ModelSpec model, Device device, int batch, int runs, Profile? profile = null)
    {
        this.profile = profile;
        this.model = model;
        this.device = device;
        this.batch = batch;
        this.runs = runs;
    }

    /// <summary>Runs before the first that counts.</summary>
    public int WarmUpRuns { get; private set; }

    /// <summary>How the passes that were timed last reached the device, in words.</summary>
    public string LaunchMode { get; private set; } = "";

    /// <summary>Median milliseconds from images that lie on the device to class scores on the host.</summary>
    public double Inference()
    {
        Graph graph = model.Build(batch);
        using var parameters = new ParameterStore(graph, device, withGradients: false);
        parameters.Initialize(Seed);
        using var plan = new Plan(graph, parameters, PlanMode.Inference);
        UploadNoise(plan.Input("input"));
        Tensor output = plan.Output("output");
        var scores = new float[output.Shape.Elements];
        double median = Median(() =>
        {
            plan.Forward();
            output.Download(scores);
        }, p => plan.Profiler = p);
        LaunchMode = plan.LaunchMode;
        return median;
    }

    /// <summary>Median milliseconds of a training step: upload, forward, loss, backward and optimiser.</summary>
    public double TrainingStep()
    {
        using var trainer = new StepRunner(model, device, batch, seed: Seed);
        var images = new float[batch * model.ImageHeight * model.ImageWidth * model.ImageChannels];
        FillNoise(images, new Random(Seed));
        int[] labels = [.. Enumerable.Range(0, batch).Select(i => i % model.Classes.Count)];
        double median = Median(() =>
        {
            trainer.Step(images, labels, LearningRate);
            device.Synchronize();
        }, p => trainer.Profiler = p);
        LaunchMode = trainer.LaunchMode;
        return median;
    }

    private double Median(Action run, Action<Profiler?> attach)
    {
        var clock = Stopwatch.StartNew();
        WarmUpRuns = 0;
        for (; WarmUpRuns < LeastWarmUpRuns || (WarmUpRuns < MostWarmUpRuns && clock.Elapsed < LeastWarmUp); WarmUpRuns++)
            run();
        var times = new double[runs];
        for (int i = 0; i < runs; i++)
        {
            long start = Stopwatch.GetTimestamp();
            run();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        profile?.Repeat(attach, run);
        Array.Sort(times);
        return times[runs / 2];
    }

    // In place where the tensor is ordinary memory: a copy would count in the peak.
    private void UploadNoise(Tensor tensor)
    {
        var random = new Random(Seed);
        if (device.IsHost)
        {
            FillNoise(tensor.Span, random);
            return;
        }
        var values = new float[tensor.Shape.Elements];
        FillNoise(values, random);
        tensor.Upload(values);
    }

    private static void FillNoise(Span<float> values, Random random)
    {
        foreach (ref float value in values)
            value = (2 * random.NextSingle()) - 1;
    }
}

/// <summary>Memory of this process.</summary>
internal static class ProcessMemory
{
    private const string Status = "/proc/self/status";
    private const string Peak = "VmHWM:";

    /// <summary>The largest resident set so far in MiB; 0 where the system does not tell.</summary>
    public static double PeakMegabytes()
    {
        if (!File.Exists(Status))
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64 / 1048576.0;
        }
        // "VmHWM:     1234 kB"
        string? line = File.ReadLines(Status).FirstOrDefault(l => l.StartsWith(Peak, StringComparison.Ordinal));
        string number = line?[Peak.Length..].Replace("kB", "", StringComparison.Ordinal).Trim() ?? "0";
        return long.Parse(number, CultureInfo.InvariantCulture) / 1024.0;
    }
}
