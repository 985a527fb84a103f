using System.Runtime.Intrinsics;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

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
        return !device.IsHost ? new SgdPlain(device)
            : Vector512.IsHardwareAccelerated ? new SgdHost<Lanes512>(device)
            : Vector256.IsHardwareAccelerated ? new SgdHost<Lanes256>(device)
            : new SgdHost<Lanes128>(device);
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
