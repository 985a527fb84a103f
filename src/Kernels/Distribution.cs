namespace GpuNet.Kernels;

/// <summary>Form of an <see cref="Initializer"/>.</summary>
public enum Distribution
{
    /// <summary>The same value everywhere.</summary>
    Constant,

    /// <summary>Normal with mean 0.</summary>
    Normal,

    /// <summary>Uniform around 0.</summary>
    Uniform,
}
