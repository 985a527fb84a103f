using System.Numerics.Tensors;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>A part is a piece of one image: scaled, or cleared without reading it.</summary>
internal sealed unsafe class StochasticDepthHost : Launcher
{
    private readonly HostPass forward, backward;
    private readonly int channels;
    private readonly uint threshold;
    private readonly float scale;

    public StochasticDepthHost(Device device, StochasticDepth op)
    {
        channels = op.Input.C;
        threshold = RandomMask.Threshold(op.Rate);
        scale = 1f / (1f - op.Rate);
        forward = HostPass.OverPixels(device, op.Input, (o, image, first, count) =>
            Apply(o, image, o.Input, o.Output, first, count, adds: false));
        backward = HostPass.OverPixels(device, op.Input, (o, image, first, count) =>
            Apply(o, image, o.DOutput, o.DInput.Tensor, first, count, o.DInput.Adds));
    }

    public override bool UsesSeed => true;

    public override void Forward(Operands o) => forward.Run(o);

    public override void Backward(Operands o)
    {
        if (o.DInput.IsWanted)
            backward.Run(o);
    }

    private void Apply(Operands o, int image, Tensor from, Tensor to, long first, int count, bool adds)
    {
        var x = new ReadOnlySpan<float>(from.Pointer + (first * channels), count * channels);
        var y = new Span<float>(to.Pointer + (first * channels), count * channels);
        bool keep = !o.Training || RandomMask.Hash((uint)image, RandomMask.Key(o.Seed)) >= threshold;
        float factor = o.Training ? scale : 1f;
        if (!keep && !adds)
            y.Clear();
        else if (keep && adds)
            TensorPrimitives.MultiplyAdd(x, factor, y, y);
        else if (keep)
            TensorPrimitives.Multiply(x, factor, y);
    }
}
