using System.Collections.Immutable;
using System.Numerics.Tensors;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>A part is a block of an image's pixels, which the links pass over while it is in the first-level cache.</summary>
internal sealed unsafe class ElementwiseChainHost : Launcher
{
    // 16 KiB, so that an operand of the same size fits beside it.
    private const int PartElements = 4096;

    private readonly HostPass forward;
    private readonly ImmutableArray<ElementwiseLink> links;
    private readonly HostActivation[] activations;
    private readonly int channels;

    public ElementwiseChainHost(Device device, ElementwiseChain op)
    {
        (links, channels) = (op.Links, op.Input.C);
        activations = [.. links.Select(l => HostActivation.Of(l.Activation))];
        forward = HostPass.OverPixels(device, op.Input, ForwardPixels, PartElements);
    }

    public override void Forward(Operands o) => forward.Run(o);

    public override void Backward(Operands o) =>
        throw new InvalidOperationException("A chain of elementwise operators has no backward pass.");

    private void ForwardPixels(Operands o, int image, long first, int count)
    {
        long start = first * channels;
        int length = count * channels, next = 1;
        var y = new Span<float>(o.Output.Pointer + start, length);
        new ReadOnlySpan<float>(o.Input.Pointer + start, length).CopyTo(y);
        for (int i = 0; i < links.Length; i++)
        {
            if (links[i].Kind == ElementwiseLinkKind.Activate)
                activations[i].Apply(o.Output.Pointer + start, length);
            else if (links[i].Kind == ElementwiseLinkKind.PlusTensor)
                TensorPrimitives.Add(y, new ReadOnlySpan<float>(o.Inputs[next++].Pointer + start, length), y);
            else
                Gate(y, new ReadOnlySpan<float>(o.Inputs[next++].Pointer + ((long)image * channels), channels));
        }
    }

    private void Gate(Span<float> y, ReadOnlySpan<float> gate)
    {
        for (int at = 0; at < y.Length; at += channels)
            TensorPrimitives.Multiply(y.Slice(at, channels), gate, y.Slice(at, channels));
    }
}
