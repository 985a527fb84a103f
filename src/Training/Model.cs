using GpuNet.Kernels;

namespace GpuNet;

// Training/ holds what people do with a network: Model (load, freeze, predict, save), Training (data, optimiser, schedule, checkpoints),
// losses and metrics. The command line adds nothing to it but options and a view.

/// <summary>
/// A network with its parameters on a device. Plans, one for each batch size, are made when they are needed and kept within
/// <see cref="PlanMemory"/>. Any number of threads may use a model: what needs the device takes turns, because one pass uses all of it;
/// pictures are prepared outside of the turn. While a <see cref="Training"/> runs, prediction waits between its steps and sees the
/// parameters of the last one.
/// </summary>
public sealed partial class Model : IDisposable
{
    private readonly HashSet<string> frozen = [];
    private readonly int seed;
    private PlanCache plans;
    private Graph single;
    private bool disposed;

    /// <summary>Makes a network with random parameters.</summary>
    /// <param name="spec">The network.</param>
    /// <param name="device">Where it lives; it must outlive the model.</param>
    /// <param name="seed">Seed of the initial parameters: the same one gives the same values on every device.</param>
    /// <exception cref="GpuNetException">There is no such network, or not enough memory for it.</exception>
    public Model(ModelSpec spec, Device device, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(device);
        (Spec, Device, this.seed) = (spec, device, seed);
        single = spec.Build(1);
        Parameters = new ParameterStore(single, device, withGradients: false);
        Parameters.Initialize(seed);
        plans = NewPlans();
        Preprocessing = new ImagePreprocessing(spec.ImageHeight, spec.ImageWidth, spec.ImageChannels == 3 ? Normalization.ImageNet
            : new Normalization([.. new float[spec.ImageChannels]], [.. Enumerable.Repeat(1f, spec.ImageChannels)]));
    }

    /// <summary>The network.</summary>
    public ModelSpec Spec { get; private set; }

    /// <summary>Where it lives.</summary>
    public Device Device { get; }

    /// <summary>Its classes.</summary>
    public ClassNames Classes => Spec.Classes;

    /// <summary>
    /// Its parameters. Who writes to them does so while no other thread uses the model. <see cref="ReplaceHead"/> makes new ones.
    /// </summary>
    public ParameterStore Parameters { get; private set; }

    /// <summary>
    /// How pictures become its input: resized, cut, normalised. It comes with a saved model, and from the data that trained it; at first it
    /// is torchvision's for ImageNet.
    /// </summary>
    public ImagePreprocessing Preprocessing { get; set; }

    /// <summary>Most bytes of the plans that are kept, 1 GiB at first; the one in use stays however large it is.</summary>
    public long PlanMemory
    {
        get => plans.Limit;
        set => plans.Limit = value;
    }

    /// <summary>Times passes while it is set, and makes them slower; null as a rule.</summary>
    public Profiler? Profiler { get; set; }

    /// <summary>Names of the parameters that training leaves as they are.</summary>
    public IReadOnlyCollection<string> Frozen => frozen;

    /// <summary>Held while the model uses the device, which other models may share.</summary>
    internal Lock Gate => Device.Turn;

    /// <summary>Keeps parameters from being trained: they get no gradients, and norms among them use their running statistics.</summary>
    /// <param name="prefixes">Names below which everything is frozen, such as <c>features</c> or <c>features.0</c>.</param>
    /// <exception cref="GpuNetException">The network has no parameter below such a name.</exception>
    public void Freeze(params IReadOnlyList<string> prefixes) => Freeze(Below(prefixes));

    /// <summary>Keeps the parameters that a predicate names from being trained.</summary>
    public void Freeze(Func<string, bool> predicate) => frozen.UnionWith(Parameters.Names.Where(predicate));

    /// <summary>
    /// Freezes all batch norms, so that they keep their running statistics while everything else learns: usual where a batch is small, and
    /// needed where a file's norms are folded into its convolutions (<see cref="LoadReport.Hint"/> tells).
    /// </summary>
    public void FreezeNorms() => Freeze(n => Parameters.Spec(n).Kind is ParameterKind.Norm or ParameterKind.Statistic);

    /// <summary>Takes <see cref="Freeze(IReadOnlyList{string})"/> back; without names, for all parameters.</summary>
    /// <exception cref="GpuNetException">The network has no parameter below such a name.</exception>
    public void Unfreeze(params IReadOnlyList<string> prefixes) => Unfreeze(prefixes is { Count: 0 } ? _ => true : Below(prefixes));

    /// <summary>Lets the parameters that a predicate names be trained again.</summary>
    public void Unfreeze(Func<string, bool> predicate) => frozen.RemoveWhere(n => predicate(n));

    /// <summary>
    /// Gives the network other classes: parameters whose extents change, those of the last layer, are drawn anew, all others stay.
    /// </summary>
    /// <param name="classes">The classes, or how many.</param>
    public void ReplaceHead(ClassNames classes)
    {
        ModelSpec spec = Spec with { Classes = classes };
        Graph graph = spec.Build(1);
        lock (Gate)
        {
            ParameterStore before = Parameters, after = new(graph, Device, withGradients: false);
            after.Initialize(seed);
            foreach (string name in after.Names.Intersect(before.Names).Where(n => before.Spec(n).Shape == after.Spec(n).Shape))
                after[name].Upload(before[name].ToArray(), name);
            long limit = plans.Limit;
            plans.Dispose();
            before.Dispose();
            (Spec, Parameters, single) = (spec, after, graph);
            plans = NewPlans();
            plans.Limit = limit;
        }
    }

    /// <summary>How well the model classifies a data set's test images.</summary>
    /// <param name="images">The data set, of the model's classes and image size; its images are normalised as the model's.</param>
    /// <param name="batch">Images of a pass.</param>
    public Evaluation Evaluate(ImageData images, int batch = 32)
    {
        ArgumentNullException.ThrowIfNull(images);
        Training.RequireMatch(Spec, images);
        return Evaluate(images.With(Preprocessing).Test, batch);
    }

    /// <summary>How well the model does on samples, by the cross entropy of its class scores or by other losses.</summary>
    /// <param name="samples">The samples: a field for each input of the network, and one for each target of the losses.</param>
    /// <param name="batch">Samples of a pass.</param>
    /// <param name="losses">What is measured; by default the cross entropy of output <c>output</c> and field <c>labels</c>.</param>
    public Evaluation Evaluate(SampleSet samples, int batch = 32, params IReadOnlyList<Loss> losses)
    {
        ArgumentNullException.ThrowIfNull(samples);
        using var loader = new BatchLoader(samples, BatchLoaderOptions.ForEvaluation(Math.Min(batch, samples.Count)));
        return Evaluator.Run(this, Parameters, losses is { Count: > 0 } ? losses : [new CrossEntropyLoss()], loader, default);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        lock (Gate)
        {
            disposed = true;
            plans.Dispose();
            Parameters.Dispose();
        }
    }

    private PlanCache NewPlans() => new(Parameters, (batch, outputs) => WithOutputs(Spec.Build(batch), outputs));

    private Func<string, bool> Below(IReadOnlyList<string> prefixes)
    {
        ArgumentNullException.ThrowIfNull(prefixes);
        foreach (string prefix in prefixes)
        {
            if (!Parameters.Names.Any(n => WeightSelection.IsBelow(n, prefix)))
            {
                throw new GpuNetException($"{Spec.Name} has no parameter below '{prefix}'; "
                    + $"its parts are {string.Join(", ", Parameters.Names.Select(Part).Distinct().Take(40))}.");
            }
        }
        return name => prefixes.Any(p => WeightSelection.IsBelow(name, p));
    }

    private static string Part(string name) => string.Join('.', name.Split('.')[..^1].Take(2));
}

/// <summary>Brings a network's description to a device.</summary>
public static class ModelExtensions
{
    /// <summary>Makes a model with random parameters; see <see cref="Model(ModelSpec, Device, int)"/>.</summary>
    public static Model On(this ModelSpec spec, Device device, int seed = 1) => new(spec, device, seed);
}
