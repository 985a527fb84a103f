using System.Diagnostics;

namespace GpuNet.Bench.GpuComparison;

/// <summary>GpuNet at a work, with images and labels on the device, ready to run: what PyTorch's side does too.</summary>
internal sealed class GpuNetTiming : IDisposable
{
    private const int LeastWarmUps = 5;
    private const float LearningRate = 0.001f;

    private readonly Device device;
    private readonly ParameterStore parameters;
    private readonly Plan plan;
    private readonly ParameterUpdate? optimizer;
    private uint step;

    public GpuNetTiming(GpuWork work, int size, Device device)
    {
        this.device = device;
        var model = new ModelSpec(work.Model) { ImageHeight = size, ImageWidth = size };
        Graph graph = work.Train ? model.BuildWithLoss(work.Batch) : model.Build(work.Batch);
        parameters = new ParameterStore(graph, device, work.Train);
        try
        {
            parameters.Initialize(1);
            plan = new Plan(graph, parameters, work.Train ? PlanMode.Training : PlanMode.Inference);
            optimizer = work.Train ? new ParameterUpdate(parameters, new Sgd()) : null;
        }
        catch
        {
            plan?.Dispose();
            parameters.Dispose();
            throw;
        }
        var random = new Random(1);
        var images = new float[plan.Input("input").Shape.Elements];
        foreach (ref float value in images.AsSpan())
            value = (2 * random.NextSingle()) - 1;
        plan.Input("input").Upload(images);
        if (work.Train)
            plan.Input("labels").Upload([.. Enumerable.Range(0, work.Batch).Select(i => i % model.Classes.Count)]);
    }

    /// <summary>How the passes reach the device.</summary>
    public string LaunchMode => plan.LaunchMode;

    /// <summary>Median milliseconds of a pass or step and the wait for it.</summary>
    public double Median(int runs, TimeSpan limit)
    {
        for (int i = 0; i < LeastWarmUps; i++)
            Run();
        var times = new List<double>();
        var clock = Stopwatch.StartNew();
        while (times.Count < runs && (times.Count < 3 || clock.Elapsed < limit))
        {
            long start = Stopwatch.GetTimestamp();
            Run();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return Comparison.Row.Median(times);
    }

    public void Dispose()
    {
        optimizer?.Dispose();
        plan.Dispose();
        parameters.Dispose();
    }

    private void Run()
    {
        plan.Forward(step++);
        if (optimizer is not null)
        {
            plan.Backward();
            optimizer.Step(LearningRate);
        }
        device.Synchronize();
    }
}
