using GpuNet.Kernels;

namespace GpuNet.Bench;

/// <summary>
/// A bound operator and as many sets of operands as fill more memory than caches hold, so that each call finds its own out of cache.
/// </summary>
internal sealed class OperandRotation : IDisposable
{
    private const long RotationBytes = 256L << 20;
    private const int MaxRotations = 1024;

    private readonly List<Arena> arenas = [];
    private readonly Launcher launcher;
    private readonly Operands[] operands;
    private readonly Device device;
    private int next;

    /// <summary>Binds an operator and lays its operands.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="training">Whether there is what a training step has besides: saved values and gradients.</param>
    public OperandRotation(Operator op, Device device, bool training)
    {
        this.device = device;
        launcher = op.Bind(device);
        Shape[] parameters = [.. op.Parameters.Select(p => p.Shape)];
        Shape[] extra = [Elements(launcher.WorkspaceElements), Elements(launcher.PreparedElements)];
        Shape[] gradients = training ? [.. op.Saved, .. op.Inputs, op.Output, .. parameters] : [];
        long bytes = ((Shape[])[.. op.Inputs, op.Output, .. parameters, .. extra, .. gradients]).Sum(s => Arena.Align(s.Bytes));
        operands = new Operands[Math.Clamp((int)(RotationBytes / bytes), 2, MaxRotations)];
        for (int i = 0; i < operands.Length; i++)
        {
            var memory = new Arena(device, bytes, "a benchmark");
            arenas.Add(memory);
            operands[i] = Lay(op, memory, extra, training);
            launcher.Prepare(operands[i]);
            launcher.Forward(operands[i]);
        }
    }

    public void Forward()
    {
        launcher.Forward(operands[next++ % operands.Length]);
        device.Synchronize();
    }

    public void Backward()
    {
        launcher.Backward(operands[next++ % operands.Length]);
        device.Synchronize();
    }

    public void Dispose()
    {
        foreach (Arena arena in arenas)
            arena.Dispose();
    }

    private static Operands Lay(Operator op, Arena memory, Shape[] extra, bool training)
    {
        long offset = 0;
        Tensor Take(Shape shape)
        {
            Tensor tensor = memory.At(offset, shape);
            offset += Arena.Align(shape.Bytes);
            var values = new float[shape.Elements];
            for (int i = 0; i < values.Length; i++)
                values[i] = i * 7919L % 1000 / 1000f;
            tensor.Upload(values);
            return tensor;
        }

        return new Operands
        {
            Inputs = [.. op.Inputs.Select(Take)],
            Output = Take(op.Output),
            Parameters = [.. op.Parameters.Select(p => Take(p.Shape))],
            Workspace = Take(extra[0]),
            Prepared = Take(extra[1]),
            Saved = training ? [.. op.Saved.Select(Take)] : [],
            DInputs = training ? [.. op.Inputs.Select((s, i) => op.HasGradient(i) ? new Gradient(Take(s), GradientMode.Set) : Gradient.None)] : [],
            DOutput = training ? Take(op.Output) : Tensor.None,
            DParameters = training ? [.. op.Parameters.Select(p => p.IsTrained ? Take(p.Shape) : Tensor.None)] : [],
            Training = training,
        };
    }

    private static Shape Elements(long count) => Shape.Vector(checked((int)Math.Max(1, count)));
}
