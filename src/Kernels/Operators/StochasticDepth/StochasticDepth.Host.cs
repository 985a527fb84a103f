using System.Numerics.Tensors;

namespace GpuNet.Kernels;

/// <summary>A part is a piece of one image: scaled, or cleared without reading it.</summary>
internal sealed unsafe class StochasticDepthHost : Launcher
{
    // 64 KiB a stream: far above the cost of handing out a part, and small enough to spread over many cores.
    private const int PartElements = 16384;

    private readonly Workers workers;
    private readonly int images, elements, pieces;
    private readonly uint threshold;
    private readonly float scale;
    private readonly Action<int> applyPart;
    private Operands current = null!;
    private float* from, to;
    private bool add;

    public StochasticDepthHost(Device device, StochasticDepth op)
    {
        workers = device.Workers;
        (images, elements) = (op.Input.N, checked(op.Input.Pixels * op.Input.C));
        pieces = (elements + PartElements - 1) / PartElements;
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
        workers.Run(images * pieces, applyPart);
    }

    private void ApplyPart(int part)
    {
        (int n, int piece) = Math.DivRem(part, pieces);
        int start = piece * PartElements, length = Math.Min(PartElements, elements - start);
        long first = ((long)n * elements) + start;
        var x = new ReadOnlySpan<float>(from + first, length);
        var y = new Span<float>(to + first, length);
        bool keep = !current.Training || RandomMask.Hash((uint)n, RandomMask.Key(current.Seed)) >= threshold;
        if (!keep && !add)
            y.Clear();
        else if (keep && add)
            TensorPrimitives.MultiplyAdd(x, current.Training ? scale : 1f, y, y);
        else if (keep)
            TensorPrimitives.Multiply(x, current.Training ? scale : 1f, y);
    }
}
