namespace GpuNet.Kernels;

/// <summary>One parameter of an operator.</summary>
/// <param name="Name">Its name below the node's, such as <c>weight</c> or <c>running_mean</c>.</param>
/// <param name="Shape">Extents.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Initializer">Where its values come from before training.</param>
public sealed record ParameterSpec(string Name, Shape Shape, ParameterKind Kind, Initializer Initializer)
{
    /// <summary>Whether it has a gradient.</summary>
    public bool IsTrained => Kind != ParameterKind.Statistic;

    /// <summary>Whether it is a weight proper, neither a bias nor part of a normalisation.</summary>
    public bool IsWeight => Kind is ParameterKind.Filter or ParameterKind.Matrix;
}

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
