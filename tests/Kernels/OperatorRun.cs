using GpuNet.Kernels;
using GpuNet.Tests.Reference;

namespace GpuNet.Tests.Kernels;

/// <summary>Runs one candidate forward and backward on a device, from and to arrays.</summary>
internal sealed class OperatorRun
{
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

    public static OperatorRun Do(Device device, Operator op, Candidate candidate, ReferenceOperands reference, GradientMode mode, Func<int, bool> hasGradient,
        bool forwardOnly = false)
    {
        Launcher launcher = candidate.Bind(device);
        long bytes = 0;
        Arena? arena = null;
        Operands Lay()
        {
            bytes = 0;
            Tensor Take(Shape shape, double[]? values)
            {
                long offset = bytes;
                bytes += Arena.Align(shape.Bytes);
                if (arena is null)
                    return Tensor.None;
                Tensor tensor = arena.At(offset, shape);
                if (values is not null)
                    tensor.Upload([.. values.Select(v => (float)v)]);
                return tensor;
            }

            double[] FilledBefore(Shape shape) => [.. Enumerable.Range(0, (int)shape.Elements).Select(i => (double)Before(i))];

            return new Operands
            {
                Training = reference.Training,
                Seed = reference.Seed,
                Inputs = [.. op.Inputs.Select((s, i) => Take(s, reference.Inputs[i]))],
                Parameters = [.. op.Parameters.Select((p, i) => Take(p.Shape, reference.Parameters[i]))],
                Saved = forwardOnly ? [] : [.. op.Saved.Select(s => Take(s, null))],
                Output = Take(op.Output, null),
                Workspace = launcher.WorkspaceElements > 0 ? Take(Shape.Vector((int)launcher.WorkspaceElements), null) : Tensor.None,
                DInputs = [.. op.Inputs.Select((s, i) => hasGradient(i) && mode != GradientMode.None
                    ? new Gradient(Take(s, mode == GradientMode.Add ? FilledBefore(s) : null), mode) : Gradient.None)],
                DParameters = [.. op.Parameters.Select(p => p.IsTrained ? Take(p.Shape, FilledBefore(p.Shape)) : Tensor.None)],
                DOutput = Take(op.Output, reference.DOutput),
            };
        }

        Lay();
        using (arena = new Arena(device, bytes, "test"))
        {
            Operands operands = Lay();
            launcher.Forward(operands);
            if (!forwardOnly)
                launcher.Backward(operands);
            float[] Get(Tensor t) => t.IsNone ? [] : t.ToArray();
            return new OperatorRun(Get(operands.Output), [.. operands.Parameters.Select(Get)],
                [.. operands.DInputs.Select(g => Get(g.Tensor))], [.. operands.DParameters.Select(Get)]);
        }
    }
}
