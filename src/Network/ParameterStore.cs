using GpuNet.Kernels;

namespace GpuNet;

/// <summary>
/// The parameters of a network on a device, under their full names: values, gradients, and running statistics. Weights come first in
/// memory, then biases and norms, so that an optimiser updates each kind in one pass. Plans of any batch size share one store.
/// </summary>
public sealed class ParameterStore : IDisposable
{
    private const string WithoutGradients = "The parameters were made without gradients.";

    private readonly Dictionary<string, Entry> entries = [];
    private readonly List<string> names = [];
    private readonly Arena values;
    private Arena? gradients;

    /// <summary>Takes memory for the parameters of a graph, all zero.</summary>
    /// <param name="graph">Network whose parameters they are.</param>
    /// <param name="device">Where they live.</param>
    /// <param name="withGradients">Whether there is memory for gradients.</param>
    public ParameterStore(Graph graph, Device device, bool withGradients)
    {
        ArgumentNullException.ThrowIfNull(graph);
        Device = device;
        (string Name, ParameterSpec Spec)[] all =
            [.. graph.Nodes.SelectMany(n => n.Parameters)];
        long offset = 0;
        void Place(IEnumerable<(string Name, ParameterSpec Spec)> some)
        {
            foreach ((string name, ParameterSpec spec) in some)
            {
                entries.Add(name, new Entry(spec, offset, spec.IsTrained ? offset : ParameterPlace.Nowhere));
                offset += Arena.Align(spec.Shape.Bytes);
            }
        }

        Place(all.Where(p => p.Spec.IsWeight));
        WeightBytes = offset;
        Place(all.Where(p => p.Spec is { IsTrained: true, IsWeight: false }));
        TrainedBytes = offset;
        Place(all.Where(p => !p.Spec.IsTrained));
        names.AddRange(all.Select(p => p.Name));
        values = new Arena(device, offset, "the network's parameters");
        try
        {
            gradients = withGradients ? new Arena(device, TrainedBytes, "the parameters' gradients") : null;
        }
        catch
        {
            values.Dispose();
            throw;
        }
        values.Clear();
        gradients?.Clear();
    }

    /// <summary>
    /// Takes memory for the gradients of those parameters alone that are trained, all zero, and gives back what there was. Plans and
    /// optimisers made before hold the old memory, and have to be made anew.
    /// </summary>
    /// <param name="frozen">Whether the parameter of a name is not trained.</param>
    /// <exception cref="GpuNetException">There is not enough memory.</exception>
    public void AllocateGradients(Func<string, bool> frozen)
    {
        ArgumentNullException.ThrowIfNull(frozen);
        long offset = 0;
        foreach ((string name, Entry entry) in entries.OrderBy(e => e.Value.Offset))
        {
            bool trained = entry.Spec.IsTrained && !frozen(name);
            entries[name] = entry with { GradientOffset = trained ? offset : ParameterPlace.Nowhere };
            offset += trained ? Arena.Align(entry.Spec.Shape.Bytes) : 0;
        }
        gradients?.Dispose();
        gradients = null;
        gradients = new Arena(Device, offset, "the parameters' gradients");
        gradients.Clear();
    }

    /// <summary>The device the parameters live on.</summary>
    public Device Device { get; }

    /// <summary>Names in the order of the graph.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>Whether there is memory for gradients.</summary>
    public bool HasGradients => gradients is not null;

    /// <summary>Bytes of the weights proper, which lie first.</summary>
    public long WeightBytes { get; }

    /// <summary>Bytes of all trained parameters, weights first.</summary>
    public long TrainedBytes { get; }

    /// <summary>Bytes of all parameters, statistics last.</summary>
    public long Bytes => values.Bytes;

    /// <summary>
    /// Where each parameter lies, in the order of memory. Every place begins on a boundary of <see cref="Arena.Alignment"/>, and what is
    /// left up to the next one holds zeros.
    /// </summary>
    public IEnumerable<ParameterPlace> Places => entries.OrderBy(e => e.Value.Offset).Select(e => new ParameterPlace(
        e.Key, e.Value.Spec, e.Value.Offset, gradients is null ? ParameterPlace.Nowhere : e.Value.GradientOffset));

    /// <summary>
    /// Counts the changes of values. A plan compares it with that of its last pass, to know whether what it made of the parameters
    /// still holds.
    /// </summary>
    public long Version => values.Version;

    /// <summary>
    /// Says that values have changed. Uploading and clearing say it by themselves; whoever writes through views or pointers, such as an
    /// optimiser, has to.
    /// </summary>
    public void Changed() => values.Changed();

    /// <summary>The values of a parameter.</summary>
    /// <exception cref="GpuNetException">There is no parameter of that name.</exception>
    public Tensor this[string name] => values.At(Find(name).Offset, Find(name).Spec.Shape);

    /// <summary>What a parameter is.</summary>
    public ParameterSpec Spec(string name) => Find(name).Spec;

    /// <summary>
    /// The gradient of a parameter; <see cref="Tensor.None"/> if it is not trained, or frozen, or there are no gradients.
    /// </summary>
    public Tensor Gradient(string name)
    {
        Entry entry = Find(name);
        return gradients is null || entry.GradientOffset == ParameterPlace.Nowhere ? Tensor.None
            : gradients.At(entry.GradientOffset, entry.Spec.Shape);
    }

    /// <summary>Whether a parameter that could be trained has no gradient; see <see cref="AllocateGradients"/>.</summary>
    public bool IsFrozen(string name) => Find(name) is { Spec.IsTrained: true, GradientOffset: ParameterPlace.Nowhere };

    /// <summary>The trained values of a byte range as one vector; see <see cref="WeightBytes"/> and <see cref="TrainedBytes"/>.</summary>
    public Tensor ValueRange(long from, long to) => Range(values, from, to);

    /// <summary>
    /// The gradients of a byte range as one vector. They lie in the order of the values, at the same offsets where none is frozen.
    /// </summary>
    public Tensor GradientRange(long from, long to) =>
        Range(gradients ?? throw new InvalidOperationException(WithoutGradients), from, to);

    /// <summary>Sets all gradients to zero.</summary>
    public void ClearGradients() =>
        (gradients ?? throw new InvalidOperationException(WithoutGradients)).Clear();

    /// <summary>Gives the memory of gradients back. Plans with a backward pass and optimisers made before are of no use then.</summary>
    public void ReleaseGradients()
    {
        gradients?.Dispose();
        gradients = null;
    }

    /// <summary>Draws initial values as each parameter's operator asks. The same seed gives the same values on every device.</summary>
    public void Initialize(int seed)
    {
        for (int i = 0; i < names.Count; i++)
        {
            Initializer initializer = Spec(names[i]).Initializer;
            Tensor parameter = this[names[i]];
            if (Device.IsHost)
            {
                InitialValues.Fill(parameter.Span, initializer, seed, i);
                continue;
            }
            var drawn = new float[parameter.Shape.Elements];
            InitialValues.Fill(drawn, initializer, seed, i);
            parameter.Upload(drawn, names[i]);
        }
        Changed();
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        values.Dispose();
        gradients?.Dispose();
    }

    private static Tensor Range(Arena arena, long from, long to) =>
        to > from ? arena.At(from, Shape.Vector(checked((int)((to - from) / sizeof(float))))) : Tensor.None;

    private Entry Find(string name) => entries.TryGetValue(name, out Entry entry)
        ? entry
        : throw new GpuNetException($"The network has no parameter {name}.");

    private readonly record struct Entry(ParameterSpec Spec, long Offset, long GradientOffset);
}

/// <summary>Where a parameter of a <see cref="ParameterStore"/> lies.</summary>
/// <param name="Name">Its full name.</param>
/// <param name="Spec">What it is.</param>
/// <param name="Offset">First byte of its values, as <see cref="ParameterStore.ValueRange"/> counts them.</param>
/// <param name="GradientOffset">
/// First byte of its gradient, as <see cref="ParameterStore.GradientRange"/> counts them; <see cref="Nowhere"/> if it has none.
/// </param>
public readonly record struct ParameterPlace(string Name, ParameterSpec Spec, long Offset, long GradientOffset)
{
    /// <summary>The offset of what is not there.</summary>
    public const long Nowhere = -1;

    /// <summary>Bytes up to where the next parameter may begin.</summary>
    public long Bytes => Arena.Align(Spec.Shape.Bytes);
}
