using System.Collections.Immutable;
using GpuNet.Kernels;

namespace GpuNet.Network;

/// <summary>One operator in a graph.</summary>
/// <param name="Name">Name, unique in the graph.</param>
/// <param name="Operator">What it computes.</param>
/// <param name="Inputs">What it reads.</param>
/// <param name="Output">What it makes.</param>
/// <param name="ParameterNames">
/// Full names of its parameters, in the operator's order: <c>name.parameter</c>, or those of the nodes it was fused from.
/// </param>
public sealed record Node(string Name, Operator Operator, ImmutableArray<Value> Inputs, Value Output, ImmutableArray<string> ParameterNames)
{
    /// <summary>Its parameters under their full names, in the operator's order.</summary>
    public IEnumerable<(string Name, ParameterSpec Spec)> Parameters => ParameterNames.Zip(Operator.Parameters);
}
