namespace GpuNet.Kernels;

/// <summary>Whether an operator writes the gradient of an input, adds to it, or leaves it.</summary>
public enum GradientMode
{
    /// <summary>Nobody needs it.</summary>
    None,

    /// <summary>The first writer sets it.</summary>
    Set,

    /// <summary>Every later writer adds to it.</summary>
    Add,
}
