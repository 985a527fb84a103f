using System.Numerics.Tensors;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>A pass over rows, so that the wide tensor streams once while each narrow one follows it.</summary>
internal sealed unsafe class ConcatHost : Launcher
{
    private readonly HostPass forward, backward;
    private readonly int[] channels;
    private readonly int allChannels;

    public ConcatHost(Device device, Concat op)
    {
        channels = [.. op.Inputs.Select(s => s.C)];
        allChannels = op.Output.C;
        forward = HostPass.OverRows(device, op.Output.Rows, allChannels, ForwardRows);
        backward = HostPass.OverRows(device, op.Output.Rows, allChannels, BackwardRows);
    }

    public override void Forward(Operands o) => forward.Run(o);

    public override void Backward(Operands o) => backward.Run(o);

    private void ForwardRows(Operands o, int image, long first, int count)
    {
        for (int i = 0, offset = 0; i < channels.Length; offset += channels[i++])
        {
            float* x = o.Inputs[i].Pointer, y = o.Output.Pointer + offset;
            for (long row = first; row < first + count; row++)
                SetOrAdd(x + (row * channels[i]), y + (row * allChannels), channels[i], adds: false);
        }
    }

    private void BackwardRows(Operands o, int image, long first, int count)
    {
        for (int i = 0, offset = 0; i < o.DInputs.Length; offset += channels[i++])
        {
            Gradient gradient = o.DInputs[i];
            if (!gradient.IsWanted)
                continue;
            float* dx = gradient.Tensor.Pointer, dy = o.DOutput.Pointer + offset;
            for (long row = first; row < first + count; row++)
                SetOrAdd(dy + (row * allChannels), dx + (row * channels[i]), channels[i], gradient.Adds);
        }
    }

    private static void SetOrAdd(float* from, float* to, int count, bool adds)
    {
        var source = new ReadOnlySpan<float>(from, count);
        var target = new Span<float>(to, count);
        if (adds)
            TensorPrimitives.Add(target, source, target);
        else
            source.CopyTo(target);
    }
}
