namespace GpuNet.Network;

/// <summary>How a <see cref="Trainer"/> trains.</summary>
public sealed record TrainerOptions
{
    /// <summary>Images of a step.</summary>
    public int Batch { get; init; } = 128;

    /// <summary>The optimiser's settings.</summary>
    public SgdOptions Sgd { get; init; } = new();

    /// <summary>Share of the target spread over all classes.</summary>
    public float LabelSmoothing { get; init; }

    /// <summary>Seed of initial parameters and dropout.</summary>
    public int Seed { get; init; }
}
