using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

// Optimizers/ has a folder for each optimiser: one fused pass over the flat parameter arena on every device. They are no operators: they
// stand in no graph and have no gradient.

/// <summary>
/// Stochastic gradient descent with momentum, in one pass over the parameters (as <c>torch.optim.SGD</c> without dampening).
/// <code>
/// g  = dw + decay · w
/// m  = momentum · m + g            the first step: m = g
/// w −= rate · (nesterov ? g + momentum · m : m)
/// dw = 0                           if asked for
/// </code>
/// </summary>
public abstract class SgdStep
{
    /// <summary>Makes the step for a device.</summary>
    public static SgdStep Bind(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device is { IsHost: false, Options.PlainKernels: true } ? new SgdPlain(device)
            : !device.IsHost ? new SgdVector(device)
            : Policies.Create<SgdStep>(typeof(SgdHost<>), [Lanes.Widest], device);
    }

    /// <summary>Updates one contiguous range of parameters. Only the element counts matter, which are the same.</summary>
    /// <param name="weights">Parameters.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="momentum">Their momentum, which lasts from step to step.</param>
    /// <param name="arguments">Rate, momentum, decay and switches.</param>
    /// <exception cref="GpuNetException">The element counts differ.</exception>
    public void Run(Tensor weights, Tensor gradients, Tensor momentum, SgdArguments arguments)
    {
        long elements = weights.Shape.Elements;
        if (gradients.Shape.Elements != elements || momentum.Shape.Elements != elements)
        {
            throw new GpuNetException(
                $"SgdStep: weights, gradients and momentum have as many elements: expected {weights.Shape} for all, "
                + $"got {gradients.Shape} and {momentum.Shape}.");
        }
        Update(weights, gradients, momentum, arguments);
    }

    private protected abstract void Update(Tensor weights, Tensor gradients, Tensor momentum, SgdArguments arguments);
}

/// <summary>One kernel, a thread a parameter.</summary>
internal sealed class SgdPlain(Device device) : SgdStep
{
    private readonly Kernel<View, View, View, SgdScalars> update = new(device, SgdKernels.Update);

    private protected override void Update(Tensor weights, Tensor gradients, Tensor momentum, SgdArguments arguments)
    {
        int elements = checked((int)weights.Shape.Elements);
        update.Run(elements, weights.View, gradients.View, momentum.View, new SgdScalars(arguments, elements));
    }
}

/// <summary>Four parameters a thread, and on a processor a run of them; those that are left over have a launch of their own.</summary>
internal sealed class SgdVector : SgdStep
{
    // Vectors that a processor's thread takes: far above the cost of handing them out.
    private const int ProcessorRun = 512;

    private readonly Kernel<View, View, View, SgdScalars, int> update;
    private readonly Kernel<View, View, View, SgdScalars> updateRest;
    private readonly int run;

    public SgdVector(Device device)
    {
        run = device.Info.IsProcessor ? ProcessorRun : 1;
        update = new(device, SgdKernels.UpdateVectors, device.Info.IsProcessor ? 1 : 0);
        updateRest = new(device, SgdKernels.Update);
    }

    private protected override void Update(Tensor weights, Tensor gradients, Tensor momentum, SgdArguments arguments)
    {
        int elements = checked((int)weights.Shape.Elements), rest = elements % 4, whole = elements - rest;
        View w = weights.View, dw = gradients.View, m = momentum.View;
        if (whole > 0)
        {
            update.Run(((whole / 4) + run - 1) / run, w.SubView(0, whole), dw.SubView(0, whole), m.SubView(0, whole),
                new SgdScalars(arguments, whole), run);
        }
        if (rest > 0)
            updateRest.Run(rest, w.SubView(whole, rest), dw.SubView(whole, rest), m.SubView(whole, rest), new SgdScalars(arguments, rest));
    }
}

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
