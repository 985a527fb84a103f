using System.Diagnostics;

namespace GpuNet.Cli;

/// <summary>
/// One training run and its folder. After every epoch, and when it is interrupted, it writes metrics, curves and a checkpoint. A
/// resumed run goes on with the step at which the checkpoint was taken, also in the middle of an epoch: order, augmentation,
/// dropout and learning rate depend on seed and step alone, so that it ends with the same bits as a run without interruption.
/// </summary>
internal sealed class TrainingRun : IDisposable
{
    private const int UnprofiledSteps = 2;

    private readonly TrainingRecipe recipe;
    private readonly ImageData data;
    private readonly string folder;
    private readonly BatchLoader trainLoader;
    private readonly BatchLoader testLoader;
    private readonly Trainer trainer;
    private readonly Schedule schedule;
    private readonly Checkpoint description;
    private readonly Stopwatch clock = new();
    private int stepsHere;
    private double secondsBefore;
    private double evaluationSeconds;
    private int completed;
    private EpochTally tally = new();

    public TrainingRun(ModelSpec model, TrainingRecipe recipe, ImageData data, Device device, string folder)
    {
        this.recipe = recipe;
        this.data = data;
        this.folder = folder;
        schedule = Schedule.Parse(recipe.Schedule, recipe.LearningRate);
        trainLoader = new BatchLoader(data.Train, BatchLoaderOptions.ForTraining(recipe.Batch, (ulong)recipe.Seed, data.Augmentation));
        testLoader = new BatchLoader(data.Test, BatchLoaderOptions.ForEvaluation(recipe.Batch));
        trainer = new Trainer(model, device, recipe.TrainerOptions);
        description = new Checkpoint
        {
            Model = model,
            ClassNames = data.Classes,
            Mean = data.Normalization.Mean,
            Deviation = data.Normalization.Deviation,
            Recipe = recipe.ToDictionary(),
        };
        Metrics = new RunMetrics
        {
            Model = model.Name,
            Width = model.Width,
            Data = recipe.Data,
            Device = device.Name,
            DeviceDescription = device.Info.Description,
            KernelCompiler = Device.KernelCompiler,
            Parameters = model.Build(1).ParameterCount,
        };
    }

    /// <summary>What was measured so far.</summary>
    public RunMetrics Metrics { get; }

    /// <summary>Steps of an epoch.</summary>
    public int StepsPerEpoch => trainLoader.BatchCount;

    /// <summary>Steps done.</summary>
    public int Steps => trainer.Steps;

    /// <summary>Epochs done, each with its evaluation.</summary>
    public int Epochs => completed;

    /// <summary>Bytes of activations and their gradients.</summary>
    public long PlanBytes => trainer.PlanBytes;

    /// <summary>
    /// Times training steps, from the third of this process on: in the first ones the runtime compiles. Null if no profile is wanted.
    /// </summary>
    public Profiler? Profiler { get; set; }

    /// <summary>Takes the run to where its folder's checkpoint left it.</summary>
    /// <exception cref="GpuNetException">The checkpoint is of other data, or its files do not belong together.</exception>
    public void Resume(Checkpoint checkpoint)
    {
        DataOption.RequireMatch(checkpoint, data);
        if (!checkpoint.Mean.SequenceEqual(description.Mean) || !checkpoint.Deviation.SequenceEqual(description.Deviation))
        {
            throw new GpuNetException(
                $"{folder}: the images of {recipe.Data} are not those the run began with: their mean or deviation differs.");
        }
        long done = (long)checkpoint.Epochs * StepsPerEpoch;
        if (checkpoint.Epochs > recipe.Epochs || checkpoint.Steps < done || checkpoint.Steps > done + StepsPerEpoch)
        {
            throw new GpuNetException(
                $"{folder}: the checkpoint's {checkpoint.Steps} steps do not fit its {checkpoint.Epochs} epochs of "
                + $"{StepsPerEpoch} steps.");
        }
        checkpoint.Restore(folder, trainer);
        completed = checkpoint.Epochs;
        if (RunMetrics.Read(folder) is not { } before)
            return;
        // Metrics are written before the checkpoint, so that they may be ahead of it but never behind.
        Metrics.Epochs.AddRange(before.Epochs.Where(e => e.Epoch <= completed));
        Metrics.Seconds = secondsBefore = before.Seconds;
        if (before.Partial is { } partial && partial.Steps == trainer.Steps)
            tally = partial;
    }

    /// <summary>Trains until the last epoch is done or the run is asked to stop.</summary>
    /// <returns>Whether it is done.</returns>
    public bool Train(ITrainingView view, CancellationToken stop)
    {
        clock.Restart();
        for (int epoch = completed; epoch < recipe.Epochs; epoch++)
        {
            double loss = 0;
            int correct = 0;
            bool finished = view.Watch(epoch, StepsPerEpoch,
                report => TrainEpoch(epoch, report, stop) && Evaluate(stop, out loss, out correct));
            if (!finished)
            {
                tally.Steps = trainer.Steps;
                Metrics.Partial = tally;
                Save();
                return false;
            }
            Metrics.Epochs.Add(new EpochMetrics(
                epoch + 1, tally.Loss, tally.Accuracy, loss, (double)correct / data.Test.Count,
                tally.LearningRate, tally.Seconds, tally.ImagesPerSecond));
            Metrics.Partial = null;
            tally = new EpochTally();
            completed = epoch + 1;
            Save();
            view.Done(Metrics.Epochs[^1]);
        }
        return true;
    }

    public void Dispose()
    {
        trainLoader.Dispose();
        testLoader.Dispose();
        trainer.Dispose();
    }

    private bool TrainEpoch(int epoch, Action<StepReport> report, CancellationToken stop)
    {
        int done = trainer.Steps - (epoch * StepsPerEpoch), total = (int)Math.Min((long)recipe.Epochs * StepsPerEpoch, int.MaxValue);
        if (done == StepsPerEpoch)
            return true;
        double before = tally.Seconds;
        double[] losses = [.. Metrics.Epochs.Select(e => e.TestLoss)];
        var time = Stopwatch.StartNew();
        // The token is looked at between steps, so that a stop leaves sums and steps that belong together.
        foreach (Batch batch in trainLoader.Epoch(epoch, done, CancellationToken.None))
        {
            if (stop.IsCancellationRequested)
                return false;
            float rate = schedule.Rate(new ScheduleTime(trainer.Steps, total, StepsPerEpoch) { Metrics = losses });
            trainer.Profiler = stepsHere++ >= UnprofiledSteps ? Profiler : null;
            BatchResult result = trainer.Step(batch.Floats(ImageData.Input), batch.Integers(ImageData.Labels), rate);
            tally.Images += result.Count;
            tally.LossSum += (double)result.Loss * result.Count;
            tally.Correct += result.Correct;
            tally.LearningRate = rate;
            tally.Seconds = before + time.Elapsed.TotalSeconds;
            double left = (tally.Seconds / tally.Images * recipe.Batch * (total - trainer.Steps))
                + (evaluationSeconds * (recipe.Epochs - epoch));
            report(new StepReport(batch.Index + 1, tally.Loss, tally.Accuracy, tally.ImagesPerSecond, left));
        }
        return true;
    }

    private bool Evaluate(CancellationToken stop, out double loss, out int correct)
    {
        (double sum, correct) = (0, 0);
        var time = Stopwatch.StartNew();
        foreach (Batch batch in testLoader.Epoch(0, 0, CancellationToken.None))
        {
            loss = 0;
            if (stop.IsCancellationRequested)
                return false;
            BatchResult result = trainer.Evaluate(
                batch.Floats(ImageData.Input).AsSpan(0, batch.Count * data.Test.Fields[0].Length),
                batch.Integers(ImageData.Labels).AsSpan(0, batch.Count));
            sum += (double)result.Loss * batch.Count;
            correct += result.Correct;
        }
        evaluationSeconds = time.Elapsed.TotalSeconds;
        loss = sum / data.Test.Count;
        return true;
    }

    private void Save()
    {
        Metrics.Seconds = secondsBefore + clock.Elapsed.TotalSeconds;
        Metrics.Save(folder);
        if (Metrics.Epochs.Count > 0)
            AtomicFile.Write(Path.Combine(folder, TrainingCurves.FileName), TrainingCurves.Svg(Metrics));
        (description with { Epochs = completed }).Save(folder, trainer);
    }
}

/// <summary>Where an epoch is, after a step.</summary>
/// <param name="Step">Steps of the epoch done.</param>
/// <param name="Loss">Mean loss of the epoch's images so far.</param>
/// <param name="Accuracy">Share of them classified right.</param>
/// <param name="ImagesPerSecond">Images trained on a second.</param>
/// <param name="SecondsLeft">Time the rest of the run will take.</param>
internal readonly record struct StepReport(int Step, double Loss, double Accuracy, double ImagesPerSecond, double SecondsLeft);
