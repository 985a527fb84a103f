using System.Collections.Immutable;
using System.Numerics.Tensors;

namespace GpuNet.Kernels;

/// <summary>A part is a block of an image's pixels, which the links pass over while it is in the first-level cache.</summary>
internal sealed unsafe class ElementwiseChainHost : Launcher
{
    // 16 KiB, so that an operand of the same size fits beside it.
    private const int PartElements = 4096;

    private readonly Workers workers;
    private readonly ImmutableArray<ElementwiseLink> links;
    private readonly HostActivation[] activations;
    private readonly int images, pixels, channels, blocks;
    private readonly Action<int> forwardPart;
    private Operands current = null!;

    public ElementwiseChainHost(Device device, ElementwiseChain op)
    {
        workers = device.Workers;
        links = op.Links;
        activations = [.. links.Select(l => HostActivation.Of(l.Activation))];
        (images, pixels, channels) = (op.Input.N, op.Input.Pixels, op.Input.C);
        blocks = (int)Math.Clamp((long)pixels * channels / PartElements, 1, pixels);
        forwardPart = ForwardPart;
    }

    public override void Forward(Operands o)
    {
        current = o;
        workers.Run(images * blocks, forwardPart);
    }

    public override void Backward(Operands o) => throw new InvalidOperationException("A chain of elementwise operators has no backward pass.");

    private void ForwardPart(int part)
    {
        (int n, int block) = Math.DivRem(part, blocks);
        int first = (int)((long)pixels * block / blocks), rows = (int)((long)pixels * (block + 1) / blocks) - first, next = 1;
        long start = (((long)n * pixels) + first) * channels;
        int length = rows * channels;
        var y = new Span<float>(current.Output.Pointer + start, length);
        new ReadOnlySpan<float>(current.Input.Pointer + start, length).CopyTo(y);
        for (int i = 0; i < links.Length; i++)
        {
            if (links[i].Kind == ElementwiseLinkKind.Activate)
                activations[i].Apply(current.Output.Pointer + start, length);
            else if (links[i].Kind == ElementwiseLinkKind.PlusTensor)
                TensorPrimitives.Add(y, new ReadOnlySpan<float>(current.Inputs[next++].Pointer + start, length), y);
            else
                Gate(y, new ReadOnlySpan<float>(current.Inputs[next++].Pointer + ((long)n * channels), channels));
        }
    }

    private void Gate(Span<float> y, ReadOnlySpan<float> gate)
    {
        for (int at = 0; at < y.Length; at += channels)
            TensorPrimitives.Multiply(y.Slice(at, channels), gate, y.Slice(at, channels));
    }
}
