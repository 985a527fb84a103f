namespace GpuNet.Kernels;

/// <summary>Where a residual is added.</summary>
public enum ResidualOrder
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>To the activation's result, as in an inverted residual.</summary>
    AfterActivation,

    /// <summary>To what the activation takes, as in ResNet (He et al. 2015, arXiv:1512.03385).</summary>
    BeforeActivation,
}
