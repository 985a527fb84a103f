using System.Numerics;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>One pass over the elements; the mask is computed on the way.</summary>
internal sealed unsafe class DropoutHost : Launcher
{
    private readonly HostPass forward, backward;
    private readonly uint threshold;
    private readonly float scale;

    public DropoutHost(Device device, Dropout op)
    {
        threshold = RandomMask.Threshold(op.Rate);
        scale = 1f / (1f - op.Rate);
        forward = HostPass.OverElements(device, op.Input, (o, _, first, count) =>
            Apply(o, first, count, o.Input.Pointer + first, o.Output.Pointer + first, adds: false));
        backward = HostPass.OverElements(device, op.Input, (o, _, first, count) =>
            Apply(o, first, count, o.DOutput.Pointer + first, o.DInput.Tensor.Pointer + first, o.DInput.Adds));
    }

    public override bool UsesSeed => true;

    public override void Forward(Operands o) => forward.Run(o);

    public override void Backward(Operands o)
    {
        if (o.DInput.IsWanted)
            backward.Run(o);
    }

    // In the framework's own vectors, for the integers of the hash. Out of training every hash reaches threshold 0, and the scale is 1.
    private void Apply(Operands o, long first, int count, float* x, float* y, bool adds)
    {
        int i = 0;
        uint key = RandomMask.Key(o.Seed), limit = o.Training ? threshold : 0;
        float factor = o.Training ? scale : 1f;
        var keys = new Vector<uint>(key);
        var limits = new Vector<uint>(limit);
        Vector<uint> index = new Vector<uint>((uint)first) + Vector<uint>.Indices;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<uint> keep = Vector.GreaterThanOrEqual(RandomMask.Hash(index, keys), limits);
            Vector<float> value = Vector.AsVectorSingle(keep) & (Vector.Load(x + i) * factor);
            Vector.Store(adds ? Vector.Load(y + i) + value : value, y + i);
            index += new Vector<uint>((uint)Vector<float>.Count);
        }
        for (; i < count; i++)
        {
            float value = RandomMask.Hash((uint)(first + i), key) >= limit ? x[i] * factor : 0f;
            y[i] = adds ? y[i] + value : value;
        }
    }
}
