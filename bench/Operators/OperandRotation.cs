using GpuNet.Kernels;

namespace GpuNet.Bench.Operators;

/// <summary>
/// A bound operator and as many sets of operands as fill more memory than caches hold, so that each launch finds its own out of cache.
/// </summary>
internal sealed class OperandRotation
{
    // Several times the largest second-level cache of today's cards.
    private const long RotationBytes = 256L << 20;
    private const int MostSets = 1024;

    private readonly Launcher launcher;
    private readonly Operands[] sets;
    private readonly bool backward;
    private int next;

    /// <summary>Lays the operands in the device's shared block.</summary>
    public OperandRotation(OperatorProblem problem, Launcher launcher, BenchDevice on)
    {
        this.launcher = launcher;
        backward = problem.Direction == Direction.Backward;
        Operator op = problem.Operator;
        Shape[] parameters = [.. op.Parameters.Select(p => p.Shape)];
        Shape[] extra = [Elements(launcher.WorkspaceElements), Elements(launcher.PreparedElements)];
        Shape[] gradients = problem.Training ? [.. op.Saved, .. op.Inputs, op.Output, .. parameters] : [];
        long bytes = ((Shape[])[.. op.StoredInputs, op.StoredOutput, .. parameters, .. extra, .. gradients]).Sum(s => Arena.Align(s.Bytes));
        sets = new Operands[Math.Clamp((RotationBytes + bytes - 1) / bytes, 1, MostSets)];
        Arena memory = on.Memory(sets.Length * bytes);
        for (int i = 0; i < sets.Length; i++)
        {
            sets[i] = Lay(op, memory, i * bytes, extra, problem.Training);
            launcher.Prepare(sets[i]);
        }
        launcher.Forward(sets[0]);
        on.Device.Synchronize();
    }

    /// <summary>Sets of operands.</summary>
    public int Count => sets.Length;

    /// <summary>Queues launches, each on the next set.</summary>
    public void Launch(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Operands operands = sets[next];
            next = next + 1 == sets.Length ? 0 : next + 1;
            if (backward)
                launcher.Backward(operands);
            else
                launcher.Forward(operands);
        }
    }

    private static Operands Lay(Operator op, Arena memory, long offset, Shape[] extra, bool training)
    {
        Tensor Take(Shape shape)
        {
            Tensor tensor = memory.At(offset, shape);
            offset += Arena.Align(shape.Bytes);
            return tensor;
        }

        return new Operands
        {
            Inputs = [.. op.StoredInputs.Select(Take)],
            Output = Take(op.StoredOutput),
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
