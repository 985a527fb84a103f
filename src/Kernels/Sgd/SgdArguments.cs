namespace GpuNet.Kernels;

/// <summary>The numbers of one <see cref="SgdStep"/>, named as in <c>torch.optim.SGD</c>.</summary>
public readonly record struct SgdArguments
{
    /// <summary>All zero, with <see cref="ClearGradient"/> set.</summary>
    public SgdArguments()
    {
    }

    /// <summary>Step size.</summary>
    public float LearningRate { get; init; }

    /// <summary>Share of the momentum kept from step to step; 0 for plain gradient descent.</summary>
    public float Momentum { get; init; }

    /// <summary>Weight decay of this range: added to the gradient as decay · weight.</summary>
    public float Decay { get; init; }

    /// <summary>Whether to look ahead along the momentum (Sutskever et al. 2013).</summary>
    public bool Nesterov { get; init; }

    /// <summary>Whether this is the first step, which ignores what is in the momentum. Zeroed momentum gives the same.</summary>
    public bool First { get; init; }

    /// <summary>Whether to leave the gradients zero for the next step, which adds to them.</summary>
    public bool ClearGradient { get; init; } = true;
}
