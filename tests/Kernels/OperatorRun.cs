using GpuNet.Kernels;
using GpuNet.Tests.Reference;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

/// <summary>Runs one candidate forward and backward on a device, from and to arrays.</summary>
internal sealed class OperatorRun
{
    // Nothing but this tells a store that went too far, on the host and on cards.
    private const int GuardBytes = 512;

    private OperatorRun(float[] output, float[][] parameters, float[][] dInputs, float[][] dParameters)
    {
        Output = output;
        Parameters = parameters;
        DInputs = dInputs;
        DParameters = dParameters;
    }

    public float[] Output { get; }

    public float[][] Parameters { get; }

    public float[][] DInputs { get; }

    public float[][] DParameters { get; }

    /// <summary>What gradients hold before they are added to.</summary>
    public static float Before(int index) => (index % 7) - 3;

    /// <param name="device">Where to run it.</param>
    /// <param name="op">The operator.</param>
    /// <param name="candidate">One of its candidates.</param>
    /// <param name="reference">What the tensors hold.</param>
    /// <param name="mode">Whether input gradients are set, added or left out.</param>
    /// <param name="forwardOnly">Whether no backward follows, so that there is no memory for it either.</param>
    /// <param name="frozen">Whether a parameter has no gradient, by its place.</param>
    public static OperatorRun Do(
        Device device, Operator op, Candidate candidate, ReferenceOperands reference, GradientMode mode, bool forwardOnly = false,
        Func<int, bool>? frozen = null)
    {
        Launcher launcher = candidate.Bind(device);
        long bytes = 0;
        Arena? arena = null;
        List<(Tensor Tensor, float[] Content)> untouchable = [];
        List<(int Start, int End)> taken = [];
        Operands Lay()
        {
            bytes = 0;
            Tensor Take(Shape shape, double[]? values, bool integers = false)
            {
                long offset = bytes;
                bytes += shape.Bytes + GuardBytes;
                bytes = Arena.Align(bytes);
                if (arena is null)
                    return Tensor.None;
                Tensor tensor = arena.At(offset, shape, integers);
                taken.Add(((int)(offset / sizeof(float)), (int)((offset + shape.Bytes) / sizeof(float))));
                if (integers)
                    tensor.Upload(values!.Select(v => (int)v).ToArray());
                else if (values is not null)
                    tensor.Upload(values.Select(v => (float)v).ToArray());
                return tensor;
            }

            // What no launcher may change.
            Tensor Keep(Tensor tensor, double[] content)
            {
                if (!tensor.IsNone)
                    untouchable.Add((tensor, [.. content.Select(v => (float)v)]));
                return tensor;
            }

            Tensor Fill(Shape shape, double[] values, ElementType type) => Keep(Take(shape, values, type == ElementType.Int32), values);

            double[] FilledBefore(Shape shape) => [.. Enumerable.Range(0, (int)shape.Elements).Select(i => (double)Before(i))];

            Tensor[] inputs = [.. op.Inputs.Select((s, i) => i == op.InPlaceInput
                ? Take(s, reference.Inputs[i])
                : Fill(op.StoredInputs[i], Bfloat16.Stored(op.InputType(i), reference.Inputs[i]), op.InputType(i)))];
            // What lies beside a slice must stay, so it has to hold something.
            bool isSlice = op is Convolutional { Epilogue.Slice: not null };
            return new Operands
            {
                Training = reference.Training,
                Seed = reference.Seed,
                Inputs = inputs,
                Parameters = [.. op.Parameters.Select((p, i) => Take(p.Shape, reference.Parameters[i]))],
                Saved = forwardOnly ? [] : [.. op.Saved.Select(s => Take(s, null))],
                Output = op.InPlaceInput is { } shared ? inputs[shared] : Take(op.StoredOutput, isSlice ? FilledBefore(op.Output) : null),
                Prepared = launcher.PreparedElements > 0 ? Take(Shape.Vector((int)launcher.PreparedElements), null) : Tensor.None,
                Workspace = launcher.WorkspaceElements > 0 ? Take(Shape.Vector((int)launcher.WorkspaceElements), null) : Tensor.None,
                DInputs = [.. op.Inputs.Select((s, i) => op.HasGradient(i) && mode != GradientMode.None && !forwardOnly
                    ? new Gradient(Take(s, mode == GradientMode.Add ? FilledBefore(s) : null), mode) : Gradient.None)],
                DParameters = [.. op.Parameters.Select((p, i) =>
                    p.IsTrained && frozen?.Invoke(i) != true ? Take(p.Shape, FilledBefore(p.Shape)) : Tensor.None)],
                DOutput = Keep(Take(op.Output, reference.DOutput), reference.DOutput),
            };
        }

        Lay();
        using (arena = Unwritten.Arena(device, bytes))
        {
            Operands operands = Lay();
            launcher.Prepare(operands);
            launcher.Forward(operands);
            float[] Get(Tensor t) => t.IsNone ? [] : t.ToArray();
            float[] output = Bfloat16.Values(op.OutputType, Get(operands.Output));
            RequireUntouched(untouchable);
            if (!forwardOnly)
            {
                List<Tensor> gone = Spoil(device, op, operands);
                launcher.Backward(operands);
                RequireUntouched(untouchable.Where(u => !gone.Contains(u.Tensor)));
            }
            RequireGuards(Unwritten.All(arena).ToArray(), taken);
            return new OperatorRun(output, [.. operands.Parameters.Select(Get)],
                [.. operands.DInputs.Select(g => Get(g.Tensor))], [.. operands.DParameters.Select(Get)]);
        }
    }

    // A plan gives the memory of what backward does not read to others meanwhile.
    private static List<Tensor> Spoil(Device device, Operator op, Operands operands)
    {
        List<Tensor> gone = [];
        if (!op.BackwardReads.HasFlag(BackwardReads.Inputs))
            gone.AddRange(operands.Inputs);
        if (!op.BackwardReads.HasFlag(BackwardReads.Output))
            gone.Add(operands.Output);
        foreach (Tensor tensor in gone)
            Unwritten.Fill(device, tensor);
        return gone;
    }

    private static void RequireUntouched(IEnumerable<(Tensor Tensor, float[] Content)> untouchable)
    {
        foreach ((Tensor tensor, float[] content) in untouchable)
            Assert.That(Numbers(tensor), Is.EqualTo(content), "an input or the output's gradient was written to");
    }

    private static float[] Numbers(Tensor tensor)
    {
        if (!tensor.HoldsIntegers)
            return tensor.ToArray();
        var integers = new int[tensor.Shape.Elements];
        tensor.Download(integers);
        return [.. integers.Select(i => (float)i)];
    }

    private static void RequireGuards(ReadOnlySpan<float> all, List<(int Start, int End)> taken)
    {
        int at = 0;
        foreach ((int start, int end) in taken.Append((all.Length, all.Length)))
        {
            if (Unwritten.FirstWritten(all[at..start]) is >= 0 and int hit)
                Assert.Fail($"the memory {hit} elements behind a tensor was written to");
            at = end;
        }
    }
}
