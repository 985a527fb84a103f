namespace GpuNet.Network;

/// <summary>A tensor of a graph: one of its inputs, or the output of a node.</summary>
/// <param name="Id">Position in the order in which the graph's tensors were added.</param>
/// <param name="Shape">Extents.</param>
public readonly record struct Value(int Id, Shape Shape);
