namespace GpuNet.Network;

/// <summary>How a member of the EfficientNet family is scaled.</summary>
/// <param name="Name">Its name in the catalogue.</param>
/// <param name="Width">Channel multiplier.</param>
/// <param name="Depth">Repeat multiplier.</param>
/// <param name="ImageSize">Image rows and columns.</param>
/// <param name="Dropout">Dropout before the classifier.</param>
public sealed record EfficientNetVariant(string Name, double Width, double Depth, int ImageSize, float Dropout)
{
    /// <summary>Greatest rate of stochastic depth.</summary>
    public float StochasticDepth { get; init; } = 0.2f;

    /// <summary>What batch norms add to the variance.</summary>
    public float NormEpsilon { get; init; } = 1e-5f;

    /// <summary>Weight of the newest batch in the running statistics.</summary>
    public float NormMomentum { get; init; } = 0.1f;
}
