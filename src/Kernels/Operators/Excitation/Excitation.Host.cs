using System.Numerics.Tensors;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>A part is an image; rows of the weights are added up one after the other.</summary>
internal sealed unsafe class ExcitationHost : Launcher
{
    private readonly Workers workers;
    private readonly HostActivation inner, gate;
    private readonly int images, inputs, width, channels;
    private readonly Action<int> forwardImage;
    private Operands current = null!;

    public ExcitationHost(Device device, Excitation op)
    {
        workers = device.Workers;
        (inner, gate) = (HostActivation.Of(op.Inner), HostActivation.Of(op.Gate));
        (images, inputs, width, channels) = (op.Input.N, op.Input.C, op.Width, op.Channels);
        forwardImage = ForwardImage;
    }

    public override void Forward(Operands o)
    {
        current = o;
        workers.Run(images, forwardImage);
    }

    public override void Backward(Operands o) => throw new InvalidOperationException("An excitation for inference has no backward pass.");

    private void ForwardImage(int n)
    {
        float* hidden = stackalloc float[Excitation.MostWidth];
        Layer(current.Input.Pointer + ((long)n * inputs), inputs, 0, hidden, width, inner);
        Layer(hidden, width, 2, current.Output.Pointer + ((long)n * channels), channels, gate);
    }

    private void Layer(float* x, int depth, int parameter, float* y, int columns, HostActivation activation)
    {
        float* weight = current.Parameters[parameter].Pointer;
        var sums = new Span<float>(y, columns);
        new ReadOnlySpan<float>(current.Parameters[parameter + 1].Pointer, columns).CopyTo(sums);
        for (int c = 0; c < depth; c++, weight += columns)
            TensorPrimitives.MultiplyAdd(new ReadOnlySpan<float>(weight, columns), x[c], sums, sums);
        activation.Apply(y, columns);
    }
}
