namespace GpuNet.Network;

/// <summary>Stochastic gradient descent as PyTorch defines it (<c>torch.optim.SGD</c>).</summary>
public sealed record SgdOptions
{
    /// <summary>Share of the momentum kept from step to step.</summary>
    public float Momentum { get; init; } = 0.9f;

    /// <summary>Whether to look ahead along the momentum.</summary>
    public bool Nesterov { get; init; }

    /// <summary>Weight decay, added to the gradient.</summary>
    public float Decay { get; init; }

    /// <summary>Whether biases and norms decay as well, as they do in PyTorch unless told otherwise.</summary>
    public bool DecayBiasesAndNorms { get; init; } = true;
}
