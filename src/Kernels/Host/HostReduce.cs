using System.Numerics.Tensors;

namespace GpuNet.Kernels.Host;

/// <summary>Sums in a fixed order.</summary>
internal static unsafe class HostReduce
{
    /// <summary>Adds <paramref name="rows"/> contiguous rows, each as long as <paramref name="target"/>, to it, first to last.</summary>
    public static void AddRows(float* source, int rows, Span<float> target)
    {
        for (int row = 0; row < rows; row++)
            TensorPrimitives.Add(target, new ReadOnlySpan<float>(source + ((long)row * target.Length), target.Length), target);
    }
}
