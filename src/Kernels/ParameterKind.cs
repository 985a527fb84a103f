namespace GpuNet.Kernels;

/// <summary>What a parameter is, which decides its layout in files and whether weight decay applies to it.</summary>
public enum ParameterKind
{
    /// <summary>Convolution filter (a, b, c, k); OIHW in files.</summary>
    Filter,

    /// <summary>Matrix (1, 1, c, k); [k, c] in files.</summary>
    Matrix,

    /// <summary>Bias vector.</summary>
    Bias,

    /// <summary>Scale or shift of a normalisation.</summary>
    Norm,

    /// <summary>Running mean or variance: tracked, not trained.</summary>
    Statistic,
}
