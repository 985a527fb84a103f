namespace GpuNet;

/// <summary>What one training step is made of: a plan with the losses, the optimiser, and the averaged weights.</summary>
internal sealed class Trainer : IDisposable
{
    private readonly Model model;
    private readonly Plan plan;
    private readonly Loss? scored;
    private readonly int seed, accumulate;
    private readonly float[] loss = new float[1];
    private readonly float[] scores;
    private readonly int classes;
    private readonly int batch;
    private readonly string[] inputs;
    private readonly IReadOnlyList<Loss> losses;
    private readonly Func<string, Array> ofCurrent;
    private Batch current = null!;
    private int added;

    /// <param name="model">The model that learns.</param>
    /// <param name="losses">What is minimised.</param>
    /// <param name="recipe">Batch size, optimiser and seed.</param>
    public Trainer(Model model, IReadOnlyList<Loss> losses, TrainingRecipe recipe)
    {
        (this.model, this.losses) = (model, losses);
        (seed, accumulate, batch) = (recipe.Seed, recipe.Accumulate, recipe.Batch);
        ofCurrent = name => Field(current, name);
        NetworkBuilder network = model.Spec.Start(recipe.Batch);
        Loss.Add(network, losses);
        scored = losses.FirstOrDefault(l => l.Classifies);
        lock (model.Gate)
        {
            HashSet<string> frozen = [.. model.Frozen];
            Frozen = [.. frozen.Order(StringComparer.Ordinal)];
            try
            {
                model.Parameters.AllocateGradients(frozen.Contains);
                plan = new Plan(network.Graph, model.Parameters, PlanMode.Training, frozen: frozen.Contains);
                Update = new ParameterUpdate(model.Parameters, recipe.Optimizer, frozen.Contains);
                Average = recipe.AverageDecay > 0
                    ? new WeightAverage(model.Spec.Build(1), model.Parameters, recipe.AverageDecay, warmUp: true)
                    : null;
            }
            catch
            {
                Update?.Dispose();
                plan?.Dispose();
                model.Parameters.ReleaseGradients();
                throw;
            }
        }
        inputs = [.. network.Graph.Inputs.Keys];
        scores = scored is null ? [] : new float[plan.Output(scored.Output).Shape.Elements];
        classes = scored is null ? 0 : plan.Output(scored.Output).Shape.C;
    }

    /// <summary>Names of the parameters that are not trained, in order.</summary>
    public IReadOnlyList<string> Frozen { get; }

    /// <summary>The inputs of network and losses.</summary>
    public IReadOnlyDictionary<string, Value> Inputs => plan.Graph.Inputs;

    /// <summary>The optimiser and its states.</summary>
    public ParameterUpdate Update { get; }

    /// <summary>The averaged weights, if any.</summary>
    public WeightAverage? Average { get; }

    /// <summary>Steps of the whole run done.</summary>
    public int Steps { get; set; }

    /// <summary>Steps done by this object.</summary>
    public int StepsHere { get; private set; }

    /// <summary>Bytes of activations, their gradients and scratch memory.</summary>
    public long PlanBytes => plan.Bytes;

    /// <summary>How the passes reach the device, in words; see <see cref="Plan.LaunchMode"/>.</summary>
    public string LaunchMode => plan.LaunchMode;

    /// <summary>Times steps while it is set.</summary>
    public Profiler? Profiler
    {
        get => plan.Profiler;
        set => plan.Profiler = value;
    }

    /// <summary>Adds the gradients of a full batch to what is there.</summary>
    /// <returns>Its mean loss, and how many positions were classified right, both before the update.</returns>
    /// <exception cref="GpuNetException">The loss is no longer a finite number.</exception>
    public StepResult Add(Batch batch)
    {
        Loss.RequireLabels(losses, plan.Graph, batch);
        current = batch;
        return Add(ofCurrent);
    }

    /// <summary>Adds the gradients of a full batch, given by a function from the name of an input to its float[] or int[].</summary>
    public StepResult Add(Func<string, Array> field)
    {
        lock (model.Gate)
        {
            using (Profiler.Measure(Profiler, "upload"))
                Upload(plan, inputs, field, batch);
            plan.Forward(unchecked((uint)(seed * 0x01000193) ^ (uint)((Steps * accumulate) + added++)));
            plan.Output("loss").Download(loss);
            // Before backward: gradients are added up, and what is not a number would stay.
            if (!float.IsFinite(loss[0]))
            {
                throw new GpuNetException($"Training diverged: the loss of step {Steps + 1} is {loss[0]}. "
                    + "Try a lower learning rate, or limit the gradient's norm (ClipNorm); what was saved before stays.");
            }
            plan.Backward();
            if (scored is null)
                return new StepResult(loss[0], 0, 0);
            using (Profiler.Measure(Profiler, "download"))
                plan.Output(scored.Output).Download(scores);
            var hits = Loss.Hits(scores, (int[])field(scored.Target), classes, scored.Ignored);
            return new StepResult(loss[0], hits.Counted, hits.Correct);
        }
    }

    /// <summary>Forgets what a step that failed has added up.</summary>
    public void Forget()
    {
        if (added == 0)
            return;
        lock (model.Gate)
            model.Parameters.ClearGradients();
        added = 0;
    }

    /// <summary>Moves the parameters against the gradients that were added up.</summary>
    public void Step(float learningRate)
    {
        lock (model.Gate)
        {
            using (Profiler.Measure(Profiler, "optimiser"))
            {
                Update.Step(learningRate, 1f / added);
                Average?.Update();
            }
        }
        added = 0;
        Steps++;
        StepsHere++;
    }

    /// <summary>The values of a field, whichever type they are of.</summary>
    internal static Array Field(Batch batch, string name) =>
        batch.Fields.Any(f => f.Name == name && f.Type == ElementType.Int32) ? batch.Integers(name) : batch.Floats(name);

    /// <summary>Throws unless samples have a field for each input.</summary>
    internal static void RequireFields(string data, IReadOnlyList<SampleField> fields, IReadOnlyDictionary<string, Value> inputs)
    {
        foreach ((string name, Value value) in inputs)
        {
            var wanted = new SampleField(name, value.Shape with { N = 1 }, value.Type);
            SampleField? found = fields.FirstOrDefault(f => f.Name == name);
            if (found == wanted)
                continue;
            throw new GpuNetException($"{data}: the network and its losses take a field {wanted}; "
                + (found is null ? $"samples have {string.Join(", ", fields)}." : $"samples have {found}."));
        }
    }

    /// <summary>Brings some samples, the first of those given, to a plan's inputs.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="inputs">Names of its inputs.</param>
    /// <param name="field">Gives the values of an input.</param>
    /// <param name="count">How many samples.</param>
    internal static void Upload(Plan plan, string[] inputs, Func<string, Array> field, int count)
    {
        foreach (string name in inputs)
        {
            Shape shape = plan.Input(name).Shape;
            int length = checked((int)(shape.Elements / shape.N * count));
            switch (field(name))
            {
                case int[] integers:
                    plan.Input(name).Upload(integers.AsSpan(0, length), name);
                    break;
                case float[] floats:
                    plan.Input(name).Upload(floats.AsSpan(0, length), name);
                    break;
            }
        }
    }

    public void Dispose()
    {
        lock (model.Gate)
        {
            plan.Dispose();
            Update.Dispose();
            Average?.Dispose();
            model.Parameters.ReleaseGradients();
        }
    }
}

/// <summary>What a batch gave.</summary>
/// <param name="Loss">Mean loss of its samples.</param>
/// <param name="Counted">Positions that were classified.</param>
/// <param name="Correct">Positions that were classified right.</param>
internal readonly record struct StepResult(double Loss, int Counted, int Correct);
