using GpuNet.Kernels;

namespace GpuNet;

/// <summary>
/// A graph made ready for a device: rewritten by passes, lifetimes turned into offsets of one arena, and every operator bound to its
/// launcher. After that a pass is a plain loop that allocates nothing.
/// </summary>
public sealed partial class Plan : IDisposable
{
    private readonly Arena arena;
    private readonly Step[] forward;
    private readonly Step[] backward;
    private readonly Pass forwardPass, backwardPass;
    private readonly Tensor[] values;
    private readonly Tensor[] gradients;
    private readonly Dictionary<Value, Value> kept = [];
    private readonly bool movesStatistics;
    private long prepared = -1;
    private bool disposed;

    /// <summary>Plans a graph.</summary>
    /// <param name="graph">The network at one batch size.</param>
    /// <param name="parameters">Its parameters, which also say on which device it runs.</param>
    /// <param name="mode">Inference, or what kind of backward.</param>
    /// <param name="gradientOf">Graph inputs whose gradient is wanted.</param>
    /// <exception cref="GpuNetException">There is not enough memory, or the parameters do not fit the graph.</exception>
    public Plan(Graph graph, ParameterStore parameters, PlanMode mode, params IReadOnlyList<Value> gradientOf)
        : this(graph, parameters, mode, null, gradientOf)
    {
    }

    /// <summary>Plans a graph of which only some parameters are trained.</summary>
    /// <param name="graph">The network at one batch size.</param>
    /// <param name="parameters">
    /// Its parameters, which also say on which device it runs. Those without a gradient (<see cref="ParameterStore.AllocateGradients"/>)
    /// are frozen whatever <paramref name="frozen"/> says.
    /// </param>
    /// <param name="mode">Inference, or what kind of backward.</param>
    /// <param name="frozen">
    /// Whether the parameter of a name is frozen: it gets no gradient. What lies below everything that is trained runs as at inference,
    /// with no backward pass and nothing kept for one. A batch norm whose parameters are all frozen takes its running statistics in
    /// training too, and leaves them as they are.
    /// </param>
    /// <param name="gradientOf">Graph inputs whose gradient is wanted.</param>
    /// <exception cref="GpuNetException">
    /// There is not enough memory, the parameters do not fit the graph, or nothing is left to train.
    /// </exception>
    public Plan(
        Graph graph, ParameterStore parameters, PlanMode mode, Func<string, bool>? frozen, params IReadOnlyList<Value> gradientOf)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(parameters);
        Graph = graph;
        Parameters = parameters;
        Mode = mode;
        bool IsFrozen(string name) => (frozen?.Invoke(name) ?? false) || parameters.IsFrozen(name);
        Check(graph, parameters, mode, gradientOf, IsFrozen);
        GradientRoot = mode == PlanMode.Inference ? null : Root(graph);
        RunGraph = Rewrite(graph, mode, Device, new BackwardReach(graph, GradientRoot, gradientOf, IsFrozen), IsFrozen);
        CheckInPlace(RunGraph);
        foreach ((string name, Value value) in graph.Inputs)
            kept[value] = RunGraph.Inputs[name];
        foreach ((string name, Value value) in graph.Outputs)
            kept[value] = RunGraph.Output(name);
        Value? start = GradientRoot is { } root ? kept[root] : null;
        Value[] wanted = [.. gradientOf.Select(v => kept[v])];
        var reach = new BackwardReach(RunGraph, start, wanted, IsFrozen);
        if (start is { } from && !reach.IsWanted(from))
        {
            throw new GpuNetException("A plan with a backward pass needs a parameter to train, or an input whose gradient is wanted"
                + $"{(RunGraph.Nodes.Any(reach.IsFrozen) ? ": every parameter that its result depends on is frozen." : ".")}");
        }
        Launcher[] launchers = [.. RunGraph.Nodes.Select(
            n => n.Operator.Bind(parameters.Device, reach.RunsBackward(n) ? DirectionSet.Both : DirectionSet.Forward))];
        var lifetimes = new Lifetimes(RunGraph, launchers, mode, start, wanted, reach);
        arena = new Arena(parameters.Device, lifetimes.Bytes, $"a plan ({mode}) for {Batch(graph)} images", Batch(graph));
        values = [.. RunGraph.Values.Select(
            v => arena.At(lifetimes.OffsetOfValue(v.Id), v.Stored, v.Type == ElementType.Int32))];
        gradients = [.. RunGraph.Values.Select(
            v => lifetimes.OffsetOfGradient(v.Id) is { } offset ? arena.At(offset, v.Shape) : Tensor.None)];
        // A node draws its random numbers by its place in the graph as it was given, whatever passes made of the nodes before it.
        Dictionary<string, int> places = graph.Nodes.Select((n, i) => (n.Name, i)).ToDictionary(p => p.Name, p => p.i);
        forward =
        [
            .. launchers.Select((l, i) =>
                new Step(l, lifetimes.Operands(i, arena, values, gradients, parameters), places[RunGraph.Nodes[i].Name])),
        ];
        backward = [.. forward.Reverse().Where(s => !s.Operands.DOutput.IsNone)];
        forwardPass = new Pass(Device, forward, mode == PlanMode.Training, RunForward);
        backwardPass = new Pass(Device, backward, mode == PlanMode.Training, RunBackward);
        movesStatistics = mode == PlanMode.Training && RunGraph.Nodes.Any(reach.MovesStatistics);
        if (GradientRoot is { Shape.Elements: 1 } number)
            Gradient(number).Upload([1f], "loss gradient");
    }

    /// <summary>What a plan makes of a graph before it runs; see <see cref="RunGraph"/>.</summary>
    public static Graph Rewrite(Graph graph, PlanMode mode, Device device) =>
        Rewrite(graph, mode, device, null, static _ => false);

    private static Graph Rewrite(Graph graph, PlanMode mode, Device device, BackwardReach? reach, Func<string, bool> frozen)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (mode == PlanMode.Inference)
            return InferencePasses.Apply(graph, device);
        Graph settled = reach is null ? graph : FrozenPasses.Apply(graph, device, reach);
        return FuseInvertedBottlenecks.ForTraining(settled, device, frozen);
    }

    /// <summary>The network.</summary>
    public Graph Graph { get; }

    /// <summary>
    /// What runs: <see cref="Graph"/> after <see cref="InferencePasses"/> at inference, and after <see cref="FuseInvertedBottlenecks"/>
    /// otherwise; of a part below everything that is trained, after most of the former.
    /// </summary>
    public Graph RunGraph { get; }

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

    /// <summary>The tensor behind an input or output of the graph; it keeps its content to the end of a pass.</summary>
    /// <exception cref="GpuNetException">The value is neither: its memory serves others too, or nothing computes it.</exception>
    public Tensor this[Value value] => values[Kept(value).Id];

    /// <summary>The input of a name.</summary>
    public Tensor Input(string name) => Graph.Inputs.TryGetValue(name, out Value value)
        ? this[value]
        : throw new GpuNetException($"The graph has no input {name}; it has {string.Join(", ", Graph.Inputs.Keys)}.");

    /// <summary>The output of a name.</summary>
    public Tensor Output(string name) => this[Graph.Output(name)];

    /// <summary>The gradient of an input or output of the graph; <see cref="Tensor.None"/> where none is computed.</summary>
    /// <exception cref="GpuNetException">The value is neither.</exception>
    public Tensor Gradient(Value value) => gradients[Kept(value).Id];

    /// <summary>Runs the network on what its inputs hold.</summary>
    /// <param name="seed">Seed of this step's dropout; backward of the same step uses it again.</param>
    public void Forward(uint seed = 0)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (prepared != Parameters.Version)
            Prepare();
        foreach (Step step in forward)
            step.Operands.Seed = Mix(seed, step.Index);
        if (Profiler is null)
            forwardPass.Run();
        else
        {
            Run(Profiler, Enumerable.Range(0, forward.Length), Mode == PlanMode.Inference
                ? Profiler.Inference : Profiler.Forward, RunForward);
        }
        // Batch norms have moved their running statistics.
        if (movesStatistics)
            Parameters.Changed();
    }

    /// <summary>
    /// Runs the gradients back from <see cref="GradientRoot"/> and adds those of the parameters to what the store holds. The root's
    /// gradient is 1 from the start if it is a single number such as a loss; else fill it beforehand (see <see cref="Gradient"/>). Once
    /// for each
    /// <see cref="Forward"/>: memory that is no longer needed on the way back serves for gradients.
    /// </summary>
    public void Backward()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (GradientRoot is null)
            throw new InvalidOperationException("An inference plan has no backward pass.");
        if (Profiler is null)
            backwardPass.Run();
        else
        {
            Run(Profiler, Enumerable.Range(0, forward.Length).Reverse().Where(i => !forward[i].Operands.DOutput.IsNone), Profiler.Backward,
                RunBackward);
        }
    }

    /// <summary>Gives the memory back. The parameters stay.</summary>
    public void Dispose()
    {
        disposed = true;
        forwardPass.Dispose();
        backwardPass.Dispose();
        arena.Dispose();
    }

    private void Prepare()
    {
        using Profiler.Scope scope = Profiler.Measure(Profiler, "preparing parameters");
        foreach (Step step in forward)
            step.Launcher.Prepare(step.Operands);
        prepared = Parameters.Version;
    }

    private Value Kept(Value value) => kept.TryGetValue(value, out Value own)
        ? own
        : throw new GpuNetException(
        $"A plan gives the tensors of its graph's inputs and outputs; value {value.Id} {value.Shape} is neither.");

    private static void Check(
        Graph graph, ParameterStore parameters, PlanMode mode, IReadOnlyList<Value> gradientOf, Func<string, bool> frozen)
    {
        var reach = new BackwardReach(graph, null, gradientOf, frozen);
        if (mode != PlanMode.Inference && !parameters.HasGradients)
            throw new GpuNetException("A plan with a backward pass needs parameters that were made with gradients.");
        if (gradientOf.Any(v => !graph.Inputs.Values.Contains(v)))
            throw new GpuNetException("A plan gives gradients of the graph's inputs; a value asked for is none.");
        foreach (Node node in graph.Nodes)
        {
            foreach ((string name, ParameterSpec spec) in node.Parameters)
            {
                ParameterSpec there = parameters.Spec(name);
                if (there.Shape != spec.Shape || there.Kind != spec.Kind)
                {
                    throw new GpuNetException(
                        $"Parameter {name}: the graph asks for {spec.Kind} {spec.Shape}, the store has {there.Kind} {there.Shape}.");
                }
            }
            if (mode != PlanMode.Inference && node.Operator.IsInferenceOnly)
                throw new GpuNetException($"{node.Name} ({node.Operator}): has no backward pass; only a plan for inference may hold it.");
            if (mode == PlanMode.Training && !reach.IsFrozen(node))
                ValidateTraining(node);
        }
    }

    private static void ValidateTraining(Node node)
    {
        try
        {
            node.Operator.ValidateTraining();
        }
        catch (GpuNetException e)
        {
            throw new GpuNetException($"{node.Name}: {e.Message}", e);
        }
    }

    // After the passes: what a node seems to own may be a tensor that others read, once nodes that do nothing are gone.
    private static void CheckInPlace(Graph graph)
    {
        foreach (Node node in graph.Nodes)
        {
            if (node.Operator.InPlaceInput is { } input && !IsFree(graph, node.Inputs[input]))
                throw new GpuNetException($"{node.Name} ({node.Operator}): fills input {input} in place, which others read too.");
        }
    }

    // Whether nobody but a single node sees what a tensor holds.
    private static bool IsFree(Graph graph, Value value) =>
        !graph.Inputs.Values.Contains(value) && !graph.Outputs.Values.Contains(value)
        && graph.Nodes.Sum(n => n.Inputs.Count(v => v == value)) == 1;

    private static Value Root(Graph graph)
    {
        if (graph.Outputs.TryGetValue("loss", out Value loss))
            return loss;
        return graph.Outputs.Count == 1
            ? graph.Outputs.Values.Single()
            : throw new GpuNetException(
            $"A plan with a backward pass needs a graph with one output, or one called loss; it has {graph.Outputs.Count}.");
    }

    private static void RunForward(Step step) => step.Launcher.Forward(step.Operands);

    private static void RunBackward(Step step) => step.Launcher.Backward(step.Operands);

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

/// <summary>What a plan is built to do.</summary>
public enum PlanMode
{
    /// <summary>
    /// Forward only, with running statistics and without dropout; operators are fused (<see cref="InferencePasses"/>), and memory is
    /// reused as soon as it is free.
    /// </summary>
    Inference,

    /// <summary>Forward as at inference, and backward.</summary>
    Gradients,

    /// <summary>Forward with batch statistics and dropout, and backward.</summary>
    Training,
}
