using System.Diagnostics;

namespace GpuNet;

/// <summary>
/// Trains a model: data, optimiser, schedule and losses, and the loop over epochs. What it computes depends on the recipe, the data and the
/// device alone: order, augmentation, dropout and learning rate come from seed and step, so that a run that was interrupted anywhere and
/// resumed ends with the same bits as one that was not. One run at a time; other threads may predict with the model meanwhile.
/// </summary>
public sealed partial class Training : IDisposable
{
    private readonly SampleSet train;
    private readonly SampleSet? test;
    private readonly ImageData? images;
    private readonly List<Epoch> history = [];
    private readonly Stopwatch clock = new();
    private Trainer? trainer;
    private BatchLoader? trainLoader, testLoader;
    private EpochTally tally = new();
    private double secondsBefore, evaluationSeconds;
    private bool started;

    /// <summary>Trains a classifier of images.</summary>
    /// <param name="model">The model; it takes over how the data's pictures become input.</param>
    /// <param name="images">Images to learn from, and images to test with.</param>
    /// <exception cref="GpuNetException">The data have other classes or another size than the model.</exception>
    public Training(Model model, ImageData images)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        RequireMatch(model.Spec, images);
        (Model, this.images, train, test) = (model, images, images.Train, images.Test);
    }

    /// <summary>Trains any network on any samples.</summary>
    /// <param name="model">The model.</param>
    /// <param name="train">Samples to learn from: a field for each input of the network, and one for each target of the losses.</param>
    /// <param name="test">Samples to test with, of the same fields; null for none.</param>
    public Training(Model model, SampleSet train, SampleSet? test = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(train);
        (Model, this.train, this.test) = (model, train, test);
    }

    /// <summary>The model that learns.</summary>
    public Model Model { get; }

    /// <summary>Passes over the training data.</summary>
    public int Epochs { get => Recipe.Epochs; init => Recipe = Recipe with { Epochs = value }; }

    /// <summary>Samples that pass through the network together.</summary>
    public int Batch { get => Recipe.Batch; init => Recipe = Recipe with { Batch = value }; }

    /// <summary>
    /// Batches whose gradients are added up for one step of the optimiser: without batch norms, whose statistics are those of a batch, as
    /// good as a batch that many times as large, in the memory of one.
    /// </summary>
    public int Accumulate { get => Recipe.Accumulate; init => Recipe = Recipe with { Accumulate = value }; }

    /// <summary>How gradients move the parameters.</summary>
    public Optimizer Optimizer { get => Recipe.Optimizer; init => Recipe = Recipe with { Optimizer = value }; }

    /// <summary>How the learning rate changes.</summary>
    public Schedule Schedule { get => Recipe.Schedule; init => Recipe = Recipe with { Schedule = value }; }

    /// <summary>Random changes of the training images that keep their class; null for those usual with the data.</summary>
    public Augmentation? Augmentation { get => Recipe.Augmentation; init => Recipe = Recipe with { Augmentation = value }; }

    /// <summary>Share of the target spread over all classes (Szegedy et al. 2016), for the usual loss.</summary>
    public float LabelSmoothing { get => Recipe.LabelSmoothing; init => Recipe = Recipe with { LabelSmoothing = value }; }

    /// <summary>
    /// How much of the averaged weights is kept in every step, such as 0.999 (Tarvainen and Valpola 2017, arXiv:1703.01780); 0 averages
    /// nothing. Averaged weights are tested beside those of the step.
    /// </summary>
    public float AverageDecay { get => Recipe.AverageDecay; init => Recipe = Recipe with { AverageDecay = value }; }

    /// <summary>Epochs without a better result after which the run ends; 0 for all epochs whatever comes.</summary>
    public int Patience { get => Recipe.Patience; init => Recipe = Recipe with { Patience = value }; }

    /// <summary>
    /// Seed of order, augmentation and dropout. The initial parameters have one of their own, <see cref="ModelExtensions.On"/>.
    /// </summary>
    public int Seed { get => Recipe.Seed; init => Recipe = Recipe with { Seed = value }; }

    /// <summary>What is minimised: the sum of these, each times its weight. By default the cross entropy of the class scores.</summary>
    public IReadOnlyList<Loss> Losses { get; init; } = [];

    /// <summary>
    /// Where the run leaves what it has: after every epoch and when it is interrupted the state to go on from, of the best epoch so far the
    /// model, measurements and curves. Null leaves nothing.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>
    /// Whether to go on with the run in <see cref="Folder"/>, under the recipe it began with; if there is none, one begins.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>What the data are, for <c>gpunet eval</c>, in a form of <see cref="Datasets"/>; null if they have no such name.</summary>
    public string? DataName { get; init; }

    /// <summary>The epochs that are done.</summary>
    public IReadOnlyList<Epoch> History => history;

    /// <summary>Steps of the optimiser done.</summary>
    public int Steps => trainer?.Steps ?? 0;

    /// <summary>Steps of the optimiser in an epoch.</summary>
    public int StepsPerEpoch => Loader.BatchCount / Accumulate;

    /// <summary>Time spent on the run, evaluation included, interruptions not.</summary>
    public double Seconds => secondsBefore + clock.Elapsed.TotalSeconds;

    /// <summary>Bytes of activations, their gradients and scratch memory in a training step; 0 before the run.</summary>
    public long PlanBytes => trainer?.PlanBytes ?? 0;

    /// <summary>Everything besides network and data that decides what is computed.</summary>
    internal TrainingRecipe Recipe { get; set; } = new();

    /// <summary>Times training steps, from the third of this process on: in the first ones the runtime compiles. Null as a rule.</summary>
    internal Profiler? Profiler { get; set; }

    /// <summary>After every step of the optimiser.</summary>
    public event Action<StepProgress>? StepDone;

    /// <summary>After every epoch, when its files are written.</summary>
    public event Action<Epoch>? EpochDone;

    private BatchLoader Loader => trainLoader ??= new BatchLoader(
        train, BatchLoaderOptions.ForTraining(Batch, (ulong)Seed, Augmentation ?? images?.Augmentation));

    /// <summary>Trains epoch by epoch.</summary>
    /// <param name="cancel">
    /// Ends the run between two steps; its state is written to <see cref="Folder"/> first, and a run with <see cref="Resume"/> goes on
    /// there.
    /// </param>
    /// <returns>The epochs, each when it is done.</returns>
    /// <exception cref="GpuNetException">
    /// An option is out of range, the data do not fit the network, or the loss is no longer a finite number; what was saved before stays.
    /// </exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public IEnumerable<Epoch> Run(CancellationToken cancel = default)
    {
        Start();
        while (history.Count < Epochs && !IsOutOfPatience)
        {
            Epoch epoch;
            clock.Start();
            try
            {
                epoch = RunEpoch(cancel);
            }
            finally
            {
                clock.Stop();
            }
            EpochDone?.Invoke(epoch);
            yield return epoch;
        }
    }

    /// <summary>How the model as it is does on the test data, in every measure.</summary>
    /// <exception cref="InvalidOperationException">There are no test data.</exception>
    public Evaluation Evaluate() => Evaluate(Model.Parameters);

    /// <summary>Ends the run's threads and gives its memory back. The model stays.</summary>
    public void Dispose()
    {
        trainLoader?.Dispose();
        testLoader?.Dispose();
        trainer?.Dispose();
    }

    private bool IsOutOfPatience =>
        Patience > 0 && history.Count > 0 && history.Count - history.FindLast(e => e.IsBest)!.Number >= Patience;

    /// <summary>Makes everything ready, and goes on where a run was left if that is asked for.</summary>
    internal void Start()
    {
        if (started)
            return;
        Recipe.Validate();
        if (images is not null)
            Model.Preprocessing = images.Preprocessing;
        if (train.Count / Batch / Accumulate == 0)
            throw new GpuNetException($"{train.Name}: a step takes {Batch * (long)Accumulate} samples; there are {train.Count}.");
        if (Folder is not null && !Resume && File.Exists(Path.Combine(Folder, ModelFile.StateName)))
            throw new GpuNetException($"{Folder} holds a run already: go on with it (Resume, --resume), or name another folder.");
        if (test is { Count: 0 })
            throw new GpuNetException($"{test.Name}: there are no samples to test with; leave the test data out instead.");
        Recipe = Recipe with { Augmentation = Augmentation ?? images?.Augmentation };
        if (Losses.Count > 0 && LabelSmoothing > 0)
            throw new GpuNetException("LabelSmoothing is for the usual loss; of others say it in the loss, CrossEntropyLoss.Smoothing.");
        if (IsMixed && !UsedLosses.Any(l => l is CrossEntropyLoss { IsMixed: true }))
            throw new GpuNetException("Mixup blends images: the loss takes both labels, CrossEntropyLoss.IsMixed.");
        trainer = new Trainer(Model, UsedLosses, Recipe);
        try
        {
            Trainer.RequireFields(train.Name, Loader.Fields, trainer.Inputs);
            if (Folder is not null && Resume && File.Exists(Path.Combine(Folder, ModelFile.StateName)))
            {
                lock (Model.Gate)
                    Restore(Folder);
            }
            else
            {
                // So that a folder that cannot be written to is known now, and a run that dies in its first epoch can be resumed.
                SaveState(partial: false);
            }
        }
        catch
        {
            trainer.Dispose();
            trainer = null;
            throw;
        }
        started = true;
    }

    // The batches have fields that only blended images have.
    private bool IsMixed => Loader.Fields.Any(f => f.Name == CrossEntropyLoss.SecondTarget);

    private IReadOnlyList<Loss> UsedLosses =>
        Losses.Count > 0 ? Losses : [new CrossEntropyLoss { Smoothing = LabelSmoothing, IsMixed = IsMixed }];

    private Epoch RunEpoch(CancellationToken cancel)
    {
        Trainer running = trainer!;
        running.Forget();
        var step = new EpochTally();
        int number = history.Count + 1, firstStep = (number - 1) * StepsPerEpoch;
        long all = (long)Epochs * StepsPerEpoch;
        double before = tally.Seconds;
        double[] pastLosses = [.. history.Select(e => e.Better.Loss)];
        var time = Stopwatch.StartNew();
        int batches = StepsPerEpoch * Accumulate, done = (running.Steps - firstStep) * Accumulate;
        if (done < batches)
        {
            foreach (Batch batch in Loader.Epoch(number - 1, done, CancellationToken.None))
            {
                // Between steps, so that what is saved belongs together.
                if (batch.Index % Accumulate == 0 && (batch.Index >= batches || cancel.IsCancellationRequested))
                    break;
                running.Profiler = running.StepsHere >= UnprofiledSteps ? Profiler : null;
                StepResult result = running.Add(batch);
                step.Add(result, batch.Count);
                if ((batch.Index + 1) % Accumulate != 0)
                    continue;
                // Only whole steps count: what a failing one had added so far is forgotten.
                tally.Add(step);
                step = new EpochTally();
                var now = new ScheduleTime(running.Steps, (int)Math.Min(all, int.MaxValue), StepsPerEpoch) { Metrics = pastLosses };
                tally.LearningRate = Schedule.Rate(now);
                running.Step(tally.LearningRate);
                Telemetry.RecordStep(Model.Spec.Name, result.Loss);
                tally.Seconds = before + time.Elapsed.TotalSeconds;
                double left = (tally.Seconds / tally.Samples * Batch * Accumulate * (all - running.Steps))
                    + (evaluationSeconds * (Epochs - number + 1));
                StepDone?.Invoke(new StepProgress(
                    number, running.Steps - firstStep, StepsPerEpoch, tally.Loss, tally.Accuracy, tally.SamplesPerSecond, left));
            }
        }
        (TestResult result, TestResult? average) tested = (TestResult.None, null);
        time.Restart();
        if (!cancel.IsCancellationRequested && test is not null)
        {
            tested.result = TestResult.Of(Evaluate(Model.Parameters, cancel));
            if (running.Average is { } averaged && !cancel.IsCancellationRequested)
                tested.average = TestResult.Of(Evaluate(averaged.Parameters, cancel));
        }
        evaluationSeconds = time.Elapsed.TotalSeconds;
        if (cancel.IsCancellationRequested)
        {
            SaveState();
            throw new OperationCanceledException($"the run was stopped after {running.Steps} steps", cancel);
        }
        var epoch = new Epoch(number, tally.Loss, tally.Accuracy, tally.LearningRate, tally.Seconds, tally.SamplesPerSecond,
            tested.result, IsBest: true, tested.average);
        if (history.FindLast(e => e.IsBest) is { } best && !epoch.Better.IsBetterThan(best.Better))
            epoch = epoch with { IsBest = false };
        history.Add(epoch);
        tally = new EpochTally();
        SaveEpoch(epoch);
        return epoch;
    }

    private Evaluation Evaluate(ParameterStore parameters, CancellationToken cancel = default)
    {
        if (test is null)
            throw new InvalidOperationException("The training has no test data.");
        testLoader ??= new BatchLoader(test, BatchLoaderOptions.ForEvaluation(Math.Min(Batch, test.Count)));
        return Evaluator.Run(Model, parameters, UsedLosses, testLoader, cancel);
    }

    /// <summary>Throws unless images and classes of a data set are those of a network.</summary>
    internal static void RequireMatch(ModelSpec model, ImageData data)
    {
        if ((data.Height, data.Width, data.Channels) != (model.ImageHeight, model.ImageWidth, model.ImageChannels))
        {
            throw new GpuNetException(
                $"{data.Train.Name}: expected images of {model.ImageHeight}x{model.ImageWidth}x{model.ImageChannels}, as the model's, "
                + $"got {data.Height}x{data.Width}x{data.Channels}.");
        }
        if (data.Classes.Count != model.Classes.Count
            || !(data.Classes.SequenceEqual(model.Classes) || model.Classes.Equals(model.Classes.Count)))
        {
            throw new GpuNetException($"{data.Train.Name}: expected the model's classes {model.Classes}, got {data.Classes}.");
        }
    }
}
