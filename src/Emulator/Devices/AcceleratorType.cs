namespace ILGPU.Runtime;

/// <summary>The kinds of device.</summary>
public enum AcceleratorType
{
    /// <summary>The processor itself, running kernels as .NET methods.</summary>
    CPU,

    /// <summary>A CUDA device.</summary>
    Cuda,

    /// <summary>An OpenCL device.</summary>
    OpenCL,
}
