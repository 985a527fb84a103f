using System.Collections.Immutable;
using GpuNet.Kernels;

namespace GpuNet.Network;

/// <summary>One operator in a graph.</summary>
/// <param name="Name">Name, unique in the graph; its parameters are called <c>name.parameter</c>.</param>
/// <param name="Operator">What it computes.</param>
/// <param name="Inputs">What it reads.</param>
/// <param name="Output">What it makes.</param>
public sealed record Node(string Name, Operator Operator, ImmutableArray<Value> Inputs, Value Output)
{
    /// <summary>The full name of one of the node's parameters.</summary>
    public string ParameterName(ParameterSpec parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return $"{Name}.{parameter.Name}";
    }
}
