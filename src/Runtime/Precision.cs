namespace GpuNet;

/// <summary>How exactly operators compute; see docs/precision.md.</summary>
public enum Precision
{
    /// <summary>Values, products and sums are float32.</summary>
    Float32,

    /// <summary>
    /// Values and sums are float32; the operands of matrix products may be rounded to 10 bits of mantissa (tf32), for the matrix units of
    /// CUDA devices from compute capability 8.0 on.
    /// </summary>
    TensorFloat32,

    /// <summary>
    /// At inference, values between convolutions are kept in 16 bits (bfloat16); products and sums are float32. On devices that run kernels.
    /// Training is as with <see cref="Float32"/>.
    /// </summary>
    Bfloat16,
}
