using System.Numerics.Tensors;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>One pass over the elements. Backward, a part of the gradient goes to both inputs while it is in the cache.</summary>
internal sealed unsafe class AddHost(Device device, Add op) : Launcher
{
    private readonly HostPass forward = HostPass.OverElements(device, op.Input, static (o, _, first, count) =>
        TensorPrimitives.Add(Part(o.Inputs[0], first, count), Part(o.Inputs[1], first, count), Part(o.Output, first, count)));

    private readonly HostPass backward = HostPass.OverElements(device, op.Input, static (o, _, first, count) =>
    {
        // One input after the other: both may be the same tensor, whose gradient the second then adds to.
        foreach (Gradient gradient in o.DInputs)
        {
            if (gradient.IsWanted)
                SetOrAdd(Part(o.DOutput, first, count), Part(gradient.Tensor, first, count), gradient.Adds);
        }
    });

    public override void Forward(Operands o) => forward.Run(o);

    public override void Backward(Operands o) => backward.Run(o);

    private static Span<float> Part(Tensor tensor, long first, int count) => new(tensor.Pointer + first, count);

    private static void SetOrAdd(ReadOnlySpan<float> dy, Span<float> dx, bool adds)
    {
        if (adds)
            TensorPrimitives.Add(dx, dy, dx);
        else
            dy.CopyTo(dx);
    }
}
