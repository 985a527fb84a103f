using System.Collections.Immutable;
using GpuNet.Kernels;

namespace GpuNet;

/// <summary>
/// A network: an append-only list of operators, each reading tensors that are already there. Shapes are checked when a node is
/// added, so that a graph that exists is one that runs.
/// </summary>
public sealed class Graph
{
    private readonly List<Node> nodes = [];
    private readonly List<Value> values = [];
    private readonly Dictionary<string, Value> inputs = [];
    private readonly Dictionary<string, Value> outputs = [];
    private readonly HashSet<string> names = [];
    private readonly HashSet<string> allParameters = [];

    /// <summary>Nodes in the order in which they run.</summary>
    public IReadOnlyList<Node> Nodes => nodes;

    /// <summary>All tensors, inputs and node outputs, by their id.</summary>
    public IReadOnlyList<Value> Values => values;

    /// <summary>Inputs by name.</summary>
    public IReadOnlyDictionary<string, Value> Inputs => inputs;

    /// <summary>The tensors the graph is run for, by name; they keep their memory to the end of a pass.</summary>
    public IReadOnlyDictionary<string, Value> Outputs => outputs;

    /// <summary>Trained parameters, counted in elements.</summary>
    public long ParameterCount => nodes.Sum(n => n.Operator.Parameters.Where(p => p.IsTrained).Sum(p => p.Shape.Elements));

    /// <summary>Multiply-accumulates of convolutions and linear layers in one forward pass.</summary>
    public long Macs => nodes.Sum(n => n.Operator.Macs);

    /// <summary>Adds an input.</summary>
    /// <param name="name">Name, unique among the inputs.</param>
    /// <param name="shape">Extents.</param>
    /// <param name="type">Floats, or the 32-bit integers that class numbers are.</param>
    /// <exception cref="GpuNetException">An extent is below 1, the type is another one, or the name is taken.</exception>
    public Value Input(string name, Shape shape, ElementType type = ElementType.Float32)
    {
        if (type is not (ElementType.Float32 or ElementType.Int32))
            throw new GpuNetException($"Input {name}: its elements are {ElementType.Float32} or {ElementType.Int32}, got {type}.");
        if (!shape.IsPositive)
            throw new GpuNetException($"Input {name}: every extent is at least 1, got {shape}.");
        if (inputs.ContainsKey(name))
            throw new GpuNetException($"Input {name}: the graph already has an input of that name.");
        Value value = NewValue(shape, type);
        inputs.Add(name, value);
        return value;
    }

    /// <summary>Adds a node.</summary>
    /// <param name="name">Name, unique in the graph.</param>
    /// <param name="op">The operator with all its extents.</param>
    /// <param name="from">Its inputs.</param>
    /// <returns>The node's output.</returns>
    /// <exception cref="GpuNetException">A shape does not fit, or the name is taken.</exception>
    public Value Add(string name, Operator op, params ReadOnlySpan<Value> from) => Append(name, op, null, from);

    /// <summary>Adds a node whose parameters are known under names of their own, such as one that was fused from others.</summary>
    /// <param name="name">Name, unique in the graph.</param>
    /// <param name="op">The operator with all its extents.</param>
    /// <param name="parameters">Full names of its parameters, in the operator's order, unique in the graph.</param>
    /// <param name="from">Its inputs.</param>
    /// <returns>The node's output.</returns>
    /// <exception cref="GpuNetException">A shape does not fit, or a name is taken.</exception>
    public Value Add(string name, Operator op, ImmutableArray<string> parameters, params ReadOnlySpan<Value> from) =>
        Append(name, op, parameters, from);

    /// <summary>Names a tensor the graph is run for.</summary>
    /// <exception cref="GpuNetException">The tensor belongs to another graph, or the name is taken.</exception>
    public void MarkOutput(string name, Value value)
    {
        if (!Holds(value))
            throw new GpuNetException($"Output {name}: the tensor belongs to another graph.");
        if (!outputs.TryAdd(name, value))
            throw new GpuNetException($"Output {name}: the graph already has an output of that name.");
    }

    /// <summary>Whether a tensor belongs to the graph.</summary>
    public bool Holds(Value value) => value.Id >= 0 && value.Id < values.Count && values[value.Id] == value;

    /// <summary>The tensor of an output.</summary>
    /// <exception cref="GpuNetException">There is no such output.</exception>
    public Value Output(string name) => outputs.TryGetValue(name, out Value value)
        ? value
        : throw new GpuNetException($"The graph has no output {name}; it has {string.Join(", ", outputs.Keys)}.");

    private Value Append(string name, Operator op, ImmutableArray<string>? parameterNames, ReadOnlySpan<Value> from)
    {
        ArgumentNullException.ThrowIfNull(op);
        ImmutableArray<Shape> expected = op.Inputs;
        if (expected.Length != from.Length)
            throw new GpuNetException($"{name} ({op.GetType().Name}): takes {expected.Length} inputs, got {from.Length}.");
        for (int i = 0; i < from.Length; i++)
        {
            if (!Holds(from[i]))
                throw new GpuNetException($"{name} ({op.GetType().Name}): input {i} belongs to another graph.");
            if (from[i].Shape != expected[i])
            {
                throw new GpuNetException(
                    $"{name} ({op.GetType().Name}): shape of input {i}: expected {expected[i]}, got {from[i].Shape}.");
            }
            if (from[i].Type != op.InputType(i))
            {
                throw new GpuNetException(
                    $"{name} ({op.GetType().Name}): type of input {i}: expected {op.InputType(i)}, got {from[i].Type}.");
            }
        }
        try
        {
            op.Validate();
        }
        catch (GpuNetException e)
        {
            throw new GpuNetException($"{name}: {e.Message}", e);
        }
        ImmutableArray<string> parameters = parameterNames ?? [.. op.Parameters.Select(p => $"{name}.{p.Name}")];
        if (parameters.Length != op.Parameters.Length)
        {
            throw new GpuNetException(
                $"{name} ({op.GetType().Name}): has {op.Parameters.Length} parameters, got {parameters.Length} names.");
        }
        if (names.Contains(name))
            throw new GpuNetException($"{name} ({op.GetType().Name}): the graph already has a node of that name.");
        if (parameters.Where((p, i) => allParameters.Contains(p) || parameters.IndexOf(p) < i).FirstOrDefault() is { } taken)
            throw new GpuNetException($"{name} ({op.GetType().Name}): the graph already has a parameter {taken}.");
        names.Add(name);
        allParameters.UnionWith(parameters);
        Value output = NewValue(op.Output, op.OutputType);
        nodes.Add(new Node(name, op, [.. from], output, parameters));
        return output;
    }

    private Value NewValue(Shape shape, ElementType type = ElementType.Float32)
    {
        var value = new Value(values.Count, shape, type);
        values.Add(value);
        return value;
    }
}

/// <summary>One operator in a graph.</summary>
/// <param name="Name">Name, unique in the graph.</param>
/// <param name="Operator">What it computes.</param>
/// <param name="Inputs">What it reads.</param>
/// <param name="Output">What it makes.</param>
/// <param name="ParameterNames">
/// Full names of its parameters, in the operator's order: <c>name.parameter</c>, or those of the nodes it was fused from.
/// </param>
public sealed record Node(
    string Name, Operator Operator, ImmutableArray<Value> Inputs, Value Output, ImmutableArray<string> ParameterNames)
{
    /// <summary>Its parameters under their full names, in the operator's order.</summary>
    public IEnumerable<(string Name, ParameterSpec Spec)> Parameters => ParameterNames.Zip(Operator.Parameters);
}

/// <summary>A tensor of a graph: one of its inputs, or the output of a node.</summary>
/// <param name="Id">Position in the order in which the graph's tensors were added.</param>
/// <param name="Shape">Extents.</param>
/// <param name="Type">How its values lie in memory.</param>
public readonly record struct Value(int Id, Shape Shape, ElementType Type = ElementType.Float32)
{
    /// <summary>Extents in memory, in floats.</summary>
    internal Shape Stored => Type.Stored(Shape);
}
