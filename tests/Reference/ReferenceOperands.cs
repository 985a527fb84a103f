using GpuNet.Kernels;

namespace GpuNet.Tests.Reference;

/// <summary>The tensors of one operator in double precision, in the same order as <see cref="Operands"/>.</summary>
internal sealed class ReferenceOperands
{
    public ReferenceOperands(Operator op, bool training)
    {
        Training = training;
        Inputs = [.. op.Inputs.Select(Zeros)];
        Parameters = [.. op.Parameters.Select(p => Zeros(p.Shape))];
        Output = Zeros(op.Output);
        DInputs = [.. op.Inputs.Select(Zeros)];
        DParameters = [.. op.Parameters.Select(p => Zeros(p.Shape))];
        DOutput = Zeros(op.Output);
    }

    public double[][] Inputs { get; }

    public double[][] Parameters { get; }

    public double[] Output { get; }

    public double[][] DInputs { get; }

    public double[][] DParameters { get; }

    public double[] DOutput { get; }

    public bool Training { get; }

    public uint Seed { get; init; } = 12345;

    private static double[] Zeros(Shape shape) => new double[shape.Elements];
}
