namespace GpuNet;

/// <summary>A classifier and its training steps, one by one, for measurements: no data set, no schedule, no files.</summary>
internal sealed class StepRunner : IDisposable
{
    private readonly Trainer trainer;
    private readonly Func<string, Array> field;
    private readonly int batch;
    private float[] images = [];
    private int[] labels = [];

    /// <param name="spec">The network.</param>
    /// <param name="device">Where it trains.</param>
    /// <param name="batch">Images of a step.</param>
    /// <param name="optimizer">By default gradient descent with momentum 0.9.</param>
    /// <param name="seed">Seed of parameters and dropout.</param>
    public StepRunner(ModelSpec spec, Device device, int batch, Optimizer? optimizer = null, int seed = 0)
    {
        this.batch = batch;
        Model = new Model(spec, device, seed);
        field = name => name == "labels" ? labels : images;
        try
        {
            trainer = new Trainer(Model, [new CrossEntropyLoss()], new TrainingRecipe
            {
                Batch = batch,
                Seed = seed,
                Optimizer = optimizer ?? new Sgd { Momentum = 0.9f },
            });
        }
        catch
        {
            Model.Dispose();
            throw;
        }
    }

    /// <summary>The model that learns.</summary>
    public Model Model { get; }

    /// <summary>Its parameters.</summary>
    public ParameterStore Parameters => Model.Parameters;

    /// <summary>How the passes reach the device, in words.</summary>
    public string LaunchMode => trainer.LaunchMode;

    /// <summary>The optimiser and its states.</summary>
    public ParameterUpdate Update => trainer.Update;

    /// <summary>Steps done.</summary>
    public int Steps => trainer.Steps;

    /// <summary>Times steps while it is set.</summary>
    public Profiler? Profiler
    {
        get => trainer.Profiler;
        set => trainer.Profiler = value;
    }

    /// <summary>One step on a batch.</summary>
    /// <param name="images">Images, NHWC.</param>
    /// <param name="labels">Class of each.</param>
    /// <param name="learningRate">Learning rate.</param>
    /// <returns>Loss and hits before the update.</returns>
    public StepResult Step(float[] images, int[] labels, float learningRate)
    {
        if (labels.Length != batch)
            throw new GpuNetException($"A training step takes {batch} images, got {labels.Length}.");
        (this.images, this.labels) = (images, labels);
        StepResult result = trainer.Add(field);
        trainer.Step(learningRate);
        return result;
    }

    /// <summary>What the network makes of a batch.</summary>
    public Evaluation Evaluate(float[] images, int[] labels)
    {
        var shape = new Shape(1, Model.Spec.ImageHeight, Model.Spec.ImageWidth, Model.Spec.ImageChannels);
        return Model.Evaluate(SampleSet.Of("images", Model.Classes, shape, images, labels), batch);
    }

    public void Dispose()
    {
        trainer.Dispose();
        Model.Dispose();
    }
}
