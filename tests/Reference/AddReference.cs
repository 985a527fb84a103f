using GpuNet.Kernels;

namespace GpuNet.Tests.Reference;

internal sealed class AddReference : IOperatorReference
{
    public static IEnumerable<Operator> Cases =>
    [
        new Add(new Shape(1, 1, 1, 1)),
        new Add(new Shape(2, 5, 7, 3)),
        new Add(new Shape(3, 21, 19, 29)),
        new Add(new Shape(2, 5, 9, 32)),
    ];

    public static IEnumerable<(Operator Operator, string Message)> Invalid => [(new Add(new Shape(1, 2, 0, 4)), "extent of an input")];

    public static bool IsLinear => true;

    public static Operator Random(Random random) =>
        new Add(new Shape(random.Next(1, 4), random.Next(1, 9), random.Next(1, 9), random.Next(1, 40)));

    public static long Terms(Operator op) => 2;

    public static void Forward(Operator op, ReferenceOperands o)
    {
        for (int i = 0; i < o.Output.Length; i++)
            o.Output[i] = o.Inputs[0][i] + o.Inputs[1][i];
    }

    public static void Backward(Operator op, ReferenceOperands o)
    {
        o.DOutput.CopyTo(o.DInputs[0], 0);
        o.DOutput.CopyTo(o.DInputs[1], 0);
    }
}
