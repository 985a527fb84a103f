namespace GpuNet.Kernels;

/// <summary>What a product does besides, as it reads its rows and writes its results.</summary>
/// <param name="Activation">The activation that follows.</param>
/// <param name="Residual">Where a map is added.</param>
/// <param name="Gated">Whether the source is multiplied by a gate of its image as it is read.</param>
/// <param name="Storage">How source and results lie in memory.</param>
internal readonly record struct ProductFusion(ActivationKind Activation, ResidualOrder Residual, bool Gated, Storage Storage)
{
    /// <summary>Nothing: the sums of floats are written as they are.</summary>
    public static ProductFusion None => new(ActivationKind.Identity, ResidualOrder.None, false, default);
}
