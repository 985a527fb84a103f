using System.Numerics.Tensors;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>
/// One pass over the elements. A part of the sum stays in the cache while the inputs are added to it, as backward that of the gradient
/// while it goes to all of them.
/// </summary>
internal sealed unsafe class WeightedSumHost : Launcher
{
    private readonly HostPass forward, backward;
    private readonly float[] weights;

    public WeightedSumHost(Device device, WeightedSum op)
    {
        weights = [.. op.Weights];
        forward = HostPass.OverElements(device, op.Input, ForwardPart);
        backward = HostPass.OverElements(device, op.Input, BackwardPart);
    }

    public override void Forward(Operands o) => forward.Run(o);

    public override void Backward(Operands o) => backward.Run(o);

    private void ForwardPart(Operands o, int image, long first, int count)
    {
        for (int i = 0; i < weights.Length; i++)
            SetOrAdd(Part(o.Inputs[i], first, count), weights[i], Part(o.Output, first, count), adds: i > 0);
    }

    // One input after the other: some may be the same tensor, whose gradient the later ones then add to.
    private void BackwardPart(Operands o, int image, long first, int count)
    {
        for (int i = 0; i < o.DInputs.Length; i++)
        {
            Gradient gradient = o.DInputs[i];
            if (gradient.IsWanted)
                SetOrAdd(Part(o.DOutput, first, count), weights[i], Part(gradient.Tensor, first, count), gradient.Adds);
        }
    }

    private static Span<float> Part(Tensor tensor, long first, int count) => new(tensor.Pointer + first, count);

    private static void SetOrAdd(ReadOnlySpan<float> from, float weight, Span<float> to, bool adds)
    {
        if (adds)
            TensorPrimitives.MultiplyAdd(from, weight, to, to);
        else
            TensorPrimitives.Multiply(from, weight, to);
    }
}
