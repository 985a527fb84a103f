using GpuNet.Kernels;

namespace GpuNet.Network;

/// <summary>A tensor of a graph: one of its inputs, or the output of a node.</summary>
/// <param name="Id">Position in the order in which the graph's tensors were added.</param>
/// <param name="Shape">Extents.</param>
/// <param name="Type">How its values lie in memory.</param>
public readonly record struct Value(int Id, Shape Shape, ElementType Type = ElementType.Float32)
{
    /// <summary>Extents in memory, in floats.</summary>
    internal Shape Stored => Type.Stored(Shape);
}
