using GpuNet.Kernels;

namespace GpuNet.Network;

/// <summary>
/// A graph made ready for a device: lifetimes turned into offsets of one arena, and every operator bound to its launcher. After
/// that a pass is a plain loop that allocates nothing.
/// </summary>
public sealed partial class Plan : IDisposable
{
    private readonly Arena arena;
    private readonly Step[] forward;
    private readonly Step[] backward;
    private readonly Tensor[] values;
    private readonly Tensor[] gradients;
    private readonly float[] one = [1f];
    private bool disposed;

    /// <summary>Plans a graph.</summary>
    /// <param name="graph">The network at one batch size.</param>
    /// <param name="parameters">Its parameters, which also say on which device it runs.</param>
    /// <param name="mode">Inference, or what kind of backward.</param>
    /// <param name="gradientOf">Graph inputs whose gradient is wanted.</param>
    /// <exception cref="GpuNetException">There is not enough memory, or the parameters do not fit the graph.</exception>
    public Plan(Graph graph, ParameterStore parameters, PlanMode mode, params IReadOnlyList<Value> gradientOf)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(parameters);
        Graph = graph;
        Parameters = parameters;
        Mode = mode;
        Check(graph, parameters, mode, gradientOf);
        GradientRoot = mode == PlanMode.Inference ? null : Root(graph);
        Launcher[] launchers = [.. graph.Nodes.Select(n => n.Operator.Bind(parameters.Device))];
        var lifetimes = new Lifetimes(graph, launchers, mode, GradientRoot, gradientOf);
        if (GradientRoot is { } root && lifetimes.OffsetOfGradient(root.Id) is null)
            throw new GpuNetException("A plan with a backward pass needs a parameter to train, or an input whose gradient is wanted.");
        arena = new Arena(parameters.Device, lifetimes.Bytes, $"a plan ({mode}) for {Batch(graph)} images", Batch(graph));
        values = [.. graph.Values.Select(v => arena.At(lifetimes.OffsetOfValue(v.Id), v.Shape))];
        gradients = [.. graph.Values.Select(v => lifetimes.OffsetOfGradient(v.Id) is { } offset ? arena.At(offset, v.Shape) : Tensor.None)];
        forward =
        [
            .. graph.Nodes.Select((n, i) => new Step(launchers[i], lifetimes.Operands(i, arena, values, gradients, parameters), i))
                .Where(s => !lifetimes.IsLeftOut(s.Index)),
        ];
        backward = [.. forward.Reverse().Where(s => !s.Operands.DOutput.IsNone)];
    }

    /// <summary>The network.</summary>
    public Graph Graph { get; }

    /// <summary>Its parameters.</summary>
    public ParameterStore Parameters { get; }

    /// <summary>What the plan was built to do.</summary>
    public PlanMode Mode { get; }

    /// <summary>Where it runs.</summary>
    public Device Device => Parameters.Device;

    /// <summary>Bytes of activations, gradients of activations and scratch memory.</summary>
    public long Bytes => arena.Bytes;

    /// <summary>The tensor backward starts from: output <c>loss</c>, or else the only output; null at inference.</summary>
    public Value? GradientRoot { get; }

    /// <summary>
    /// The tensor behind a value of the graph. Inputs and outputs hold their content for the whole pass; others only as long as a
    /// node still reads them.
    /// </summary>
    public Tensor this[Value value] => values[value.Id];

    /// <summary>The input of a name.</summary>
    public Tensor Input(string name) => Graph.Inputs.TryGetValue(name, out Value value)
        ? values[value.Id]
        : throw new GpuNetException($"The graph has no input {name}; it has {string.Join(", ", Graph.Inputs.Keys)}.");

    /// <summary>The output of a name.</summary>
    public Tensor Output(string name) => values[Graph.Output(name).Id];

    /// <summary>The gradient of a value; <see cref="Tensor.None"/> where none is computed.</summary>
    public Tensor Gradient(Value value) => gradients[value.Id];

    /// <summary>Runs the network on what its inputs hold.</summary>
    /// <param name="seed">Seed of this step's dropout; backward of the same step uses it again.</param>
    public void Forward(uint seed = 0)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        foreach (Step step in forward)
        {
            step.Operands.Seed = Mix(seed, step.Index);
            step.Launcher.Forward(step.Operands);
        }
    }

    /// <summary>
    /// Runs the gradients back from <see cref="GradientRoot"/> and adds those of the parameters to what the store holds. The root's
    /// gradient is 1 if it is a single number such as a loss; else fill it beforehand (see <see cref="Gradient"/>).
    /// </summary>
    public void Backward()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (GradientRoot is not { } root)
            throw new InvalidOperationException("An inference plan has no backward pass.");
        if (root.Shape.Elements == 1)
            gradients[root.Id].Upload(one, "loss gradient");
        foreach (Step step in backward)
            step.Launcher.Backward(step.Operands);
    }

    /// <summary>Gives the memory back. The parameters stay.</summary>
    public void Dispose()
    {
        disposed = true;
        arena.Dispose();
    }

    private static void Check(Graph graph, ParameterStore parameters, PlanMode mode, IReadOnlyList<Value> gradientOf)
    {
        if (mode != PlanMode.Inference && !parameters.HasGradients)
            throw new GpuNetException("A plan with a backward pass needs parameters that were made with gradients.");
        if (gradientOf.Any(v => !graph.Inputs.Values.Contains(v)))
            throw new GpuNetException("A plan gives gradients of the graph's inputs; a value asked for is none.");
        foreach (Node node in graph.Nodes)
        {
            foreach (ParameterSpec spec in node.Operator.Parameters)
            {
                string name = node.ParameterName(spec);
                ParameterSpec there = parameters.Spec(name);
                if (there.Shape != spec.Shape || there.Kind != spec.Kind)
                    throw new GpuNetException($"Parameter {name}: the graph asks for {spec.Kind} {spec.Shape}, the store has {there.Kind} {there.Shape}.");
            }
            if (mode == PlanMode.Training)
                node.Operator.ValidateTraining();
        }
    }

    private static Value Root(Graph graph)
    {
        if (graph.Outputs.TryGetValue("loss", out Value loss))
            return loss;
        return graph.Outputs.Count == 1
            ? graph.Outputs.Values.Single()
            : throw new GpuNetException($"A plan with a backward pass needs a graph with one output, or one called loss; it has {graph.Outputs.Count}.");
    }

    private static int Batch(Graph graph) => graph.Inputs.Values.First().Shape.N;

    // Two rounds of an integer hash (Wellons' lowbias32) keep the streams of neighbouring steps and nodes apart.
    private static uint Mix(uint seed, int node)
    {
        uint x = seed + ((uint)node * 0x9E3779B9u) + 1;
        for (int round = 0; round < 2; round++)
        {
            x = (x ^ (x >> 16)) * 0x7FEB352Du;
            x = (x ^ (x >> 15)) * 0x846CA68Bu;
            x ^= x >> 16;
        }
        return x;
    }

    private readonly record struct Step(Launcher Launcher, Operands Operands, int Index);
}
