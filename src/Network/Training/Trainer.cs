namespace GpuNet;

/// <summary>
/// Trains an image classifier: parameters, a training plan, an inference plan and the optimiser, which share one device. The same
/// seed, data and device give the same parameters bit for bit.
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly Plan training;
    private readonly Plan inference;
    private readonly float[] logits;
    private readonly float[] loss = new float[1];
    private readonly float[] padded;

    /// <summary>Builds the network and draws its initial parameters.</summary>
    /// <param name="model">The network.</param>
    /// <param name="device">Where it trains.</param>
    /// <param name="options">Batch size, optimiser and seed.</param>
    public Trainer(ModelSpec model, Device device, TrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        Model = model;
        Options = options;
        Graph graph = model.BuildWithLoss(options.Batch, options.LabelSmoothing);
        Parameters = new ParameterStore(graph, device, withGradients: true);
        try
        {
            Parameters.Initialize(options.Seed);
            training = new Plan(graph, Parameters, PlanMode.Training);
            inference = new Plan(model.Build(options.Batch), Parameters, PlanMode.Inference);
            Optimizer = new ParameterUpdate(Parameters, options.Sgd);
        }
        catch
        {
            inference?.Dispose();
            training?.Dispose();
            Parameters.Dispose();
            throw;
        }
        logits = new float[options.Batch * model.Classes];
        padded = new float[graph.Inputs["input"].Shape.Elements];
    }

    /// <summary>The network.</summary>
    public ModelSpec Model { get; }

    /// <summary>Batch size, optimiser and seed.</summary>
    public TrainerOptions Options { get; }

    /// <summary>The parameters being trained.</summary>
    public ParameterStore Parameters { get; }

    /// <summary>The optimiser and what it keeps from step to step.</summary>
    public ParameterUpdate Optimizer { get; }

    /// <summary>Training steps done so far.</summary>
    public int Steps { get; set; }

    /// <summary>Bytes of activations and their gradients in a training step.</summary>
    public long PlanBytes => training.Bytes;

    /// <summary>How a training step's passes reach the device, in words; see <see cref="Plan.LaunchMode"/>.</summary>
    public string LaunchMode => training.LaunchMode;

    /// <summary>Times training steps while it is set: operators, transfers and the optimiser.</summary>
    public Profiler? Profiler
    {
        get => training.Profiler;
        set => training.Profiler = value;
    }

    /// <summary>One training step on a full batch.</summary>
    /// <param name="images">Images, NHWC, as many as <see cref="TrainerOptions.Batch"/>.</param>
    /// <param name="labels">Class of each image.</param>
    /// <param name="learningRate">Learning rate of this step.</param>
    /// <returns>Mean loss and the number of images classified right, both before the update.</returns>
    /// <exception cref="GpuNetException">The batch does not fit, or the loss is no longer a finite number.</exception>
    public BatchResult Step(ReadOnlySpan<float> images, ReadOnlySpan<int> labels, float learningRate)
    {
        if (labels.Length != Options.Batch)
            throw new GpuNetException($"A training step takes {Options.Batch} images, got {labels.Length}.");
        Classification.CheckLabels(labels, Model.Classes);
        using (Profiler.Measure(Profiler, "upload"))
        {
            training.Input("input").Upload(images, "images");
            training.Input("labels").Upload(labels, "labels");
        }
        training.Forward(unchecked((uint)(Options.Seed * 0x01000193) ^ (uint)Steps));
        training.Output("loss").Download(loss);
        // Before backward: gradients are added up, and what is not a number would stay.
        if (!float.IsFinite(loss[0]))
            throw new GpuNetException($"Training diverged: the loss of step {Steps + 1} is {loss[0]}. Try a lower learning rate.");
        training.Backward();
        using (Profiler.Measure(Profiler, "download"))
            training.Output("output").Download(logits);
        using (Profiler.Measure(Profiler, "optimiser"))
            Optimizer.Step(learningRate);
        Steps++;
        return new BatchResult(loss[0], Classification.CountCorrect(logits, labels, Model.Classes), labels.Length);
    }

    /// <summary>Classifies up to a batch of images with the running statistics.</summary>
    /// <param name="images">Images, NHWC.</param>
    /// <param name="labels">Class of each image; their number is the number of images.</param>
    /// <returns>Mean loss and the number of images classified right.</returns>
    public BatchResult Evaluate(ReadOnlySpan<float> images, ReadOnlySpan<int> labels)
    {
        Classification.CheckLabels(labels, Model.Classes);
        if (labels.Length > Options.Batch)
            throw new GpuNetException($"An evaluation batch has at most {Options.Batch} images, got {labels.Length}.");
        int expected = padded.Length / Options.Batch * labels.Length;
        if (images.Length != expected)
            throw new GpuNetException($"An evaluation of {labels.Length} images takes {expected} values, got {images.Length}.");
        images.CopyTo(padded);
        padded.AsSpan(images.Length).Clear();
        inference.Input("input").Upload(padded, "images");
        inference.Forward();
        inference.Output("output").Download(logits);
        double mean = Classification.MeanCrossEntropy(logits, labels, Model.Classes);
        return new BatchResult((float)mean, Classification.CountCorrect(logits, labels, Model.Classes), labels.Length);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        training.Dispose();
        inference.Dispose();
        Optimizer.Dispose();
        Parameters.Dispose();
    }
}

/// <summary>How a <see cref="Trainer"/> trains.</summary>
public sealed record TrainerOptions
{
    /// <summary>Images of a step.</summary>
    public int Batch { get; init; } = 128;

    /// <summary>The optimiser's settings.</summary>
    public Sgd Sgd { get; init; } = new();

    /// <summary>Share of the target spread over all classes.</summary>
    public float LabelSmoothing { get; init; }

    /// <summary>Seed of initial parameters and dropout.</summary>
    public int Seed { get; init; }
}

/// <summary>What a batch gave.</summary>
/// <param name="Loss">Mean cross-entropy of its images.</param>
/// <param name="Correct">Images classified right.</param>
/// <param name="Count">Images in the batch.</param>
public readonly record struct BatchResult(float Loss, int Correct, int Count);
