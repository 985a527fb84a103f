namespace GpuNet.Kernels;

/// <summary>Which tensors of the forward pass an operator's backward pass reads.</summary>
[Flags]
public enum BackwardReads
{
    /// <summary>Neither inputs nor output.</summary>
    None = 0,

    /// <summary>The inputs.</summary>
    Inputs = 1,

    /// <summary>The output.</summary>
    Output = 2,
}
