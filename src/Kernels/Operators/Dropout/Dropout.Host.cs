using System.Numerics;

namespace GpuNet.Kernels;

/// <summary>One pass over the elements, in parts of a fixed size; the mask is computed on the way.</summary>
internal sealed unsafe class DropoutHost : Launcher
{
    // 64 KiB a stream: far above the cost of handing out a part, and small enough to spread over many cores.
    private const int PartElements = 16384;

    private readonly Workers workers;
    private readonly long count;
    private readonly int parts;
    private readonly uint threshold;
    private readonly float scale;
    private readonly Action<int> applyPart;
    private Operands current = null!;
    private float* from, to;
    private bool add;

    public DropoutHost(Device device, Dropout op)
    {
        workers = device.Workers;
        count = op.Input.Elements;
        parts = checked((int)((count + PartElements - 1) / PartElements));
        threshold = RandomMask.Threshold(op.Rate);
        scale = 1f / (1f - op.Rate);
        applyPart = ApplyPart;
    }

    public override bool UsesSeed => true;

    public override void Forward(Operands o) => Apply(o, o.Input.Pointer, o.Output.Pointer, false);

    public override void Backward(Operands o)
    {
        if (o.DInput.IsWanted)
            Apply(o, o.DOutput.Pointer, o.DInput.Tensor.Pointer, o.DInput.Adds);
    }

    private void Apply(Operands o, float* source, float* target, bool adds)
    {
        current = o;
        from = source;
        to = target;
        add = adds;
        workers.Run(parts, applyPart);
    }

    // Out of training every hash reaches threshold 0, and the scale is 1.
    private void ApplyPart(int part)
    {
        long first = (long)part * PartElements;
        int length = (int)Math.Min(PartElements, count - first), i = 0;
        float* x = from + first, y = to + first;
        uint key = RandomMask.Key(current.Seed), limit = current.Training ? threshold : 0;
        float factor = current.Training ? scale : 1f;
        var keys = new Vector<uint>(key);
        var limits = new Vector<uint>(limit);
        Vector<uint> index = new Vector<uint>((uint)first) + Vector<uint>.Indices;
        for (; i <= length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<uint> keep = Vector.GreaterThanOrEqual(RandomMask.Hash(index, keys), limits);
            Vector<float> value = Vector.AsVectorSingle(keep) & (Vector.Load(x + i) * factor);
            Vector.Store(add ? Vector.Load(y + i) + value : value, y + i);
            index += new Vector<uint>((uint)Vector<float>.Count);
        }
        for (; i < length; i++)
        {
            float value = RandomMask.Hash((uint)(first + i), key) >= limit ? x[i] * factor : 0f;
            y[i] = add ? y[i] + value : value;
        }
    }
}
