namespace GpuNet.Kernels;

/// <summary>
/// Marks a kernel that most of the time is spent in. Tests hold its CUDA code to what makes it so: no local memory, and no division
/// inside a loop.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class HotKernelAttribute : Attribute
{
    /// <summary>Whether it reads global memory four floats at a time, where its type parameters allow it.</summary>
    public bool VectorLoads { get; init; }

    /// <summary>Whether it is for processors, with more registers than a GPU has: its CUDA code is of no interest.</summary>
    public bool Processors { get; init; }

    /// <summary>Whether it multiplies by matrix units.</summary>
    public bool MatrixUnits { get; init; }
}
