namespace GpuNet.Cli;

/// <summary>The network of a checkpoint, ready to classify up to a batch of images at a time.</summary>
internal sealed class Classifier : IDisposable
{
    private readonly ParameterStore parameters;
    private readonly Plan plan;
    private readonly float[] images;
    private readonly float[] logits;

    /// <summary>Reads the checkpoint's weights and plans its network.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="checkpoint">What it holds.</param>
    /// <param name="device">Where the network runs.</param>
    /// <param name="batch">Most images of a call.</param>
    public Classifier(string folder, Checkpoint checkpoint, Device device, int batch)
    {
        Classes = checkpoint.Model.Classes;
        Graph graph = checkpoint.Model.Build(batch);
        parameters = new ParameterStore(graph, device, withGradients: false);
        try
        {
            checkpoint.LoadWeights(folder, parameters);
            plan = new Plan(graph, parameters, PlanMode.Inference);
        }
        catch
        {
            parameters.Dispose();
            throw;
        }
        images = new float[graph.Inputs["input"].Shape.Elements];
        logits = new float[batch * Classes];
    }

    /// <summary>Classes of the network.</summary>
    public int Classes { get; }

    /// <summary>Times passes while it is set.</summary>
    public Profiler? Profiler
    {
        get => plan.Profiler;
        set => plan.Profiler = value;
    }

    /// <summary>Class scores of some images, a row an image; valid until the next call.</summary>
    /// <param name="batch">Normalised images, NHWC.</param>
    public ReadOnlySpan<float> Logits(ReadOnlySpan<float> batch)
    {
        batch.CopyTo(images);
        images.AsSpan(batch.Length).Clear();
        using (Profiler.Measure(Profiler, "upload"))
            plan.Input("input").Upload(images, "images");
        plan.Forward();
        using (Profiler.Measure(Profiler, "download"))
            plan.Output("output").Download(logits);
        int imageLength = images.Length / (logits.Length / Classes);
        return logits.AsSpan(0, batch.Length / imageLength * Classes);
    }

    public void Dispose()
    {
        plan.Dispose();
        parameters.Dispose();
    }
}
