using GpuNet.Kernels;

namespace GpuNet.Tests.Reference;

internal sealed class GlobalAveragePoolReference : IOperatorReference
{
    public static IEnumerable<Operator> Cases =>
    [
        new GlobalAveragePool(new Shape(1, 1, 1, 1)),
        new GlobalAveragePool(new Shape(3, 1, 1, 21)),
        new GlobalAveragePool(new Shape(2, 7, 7, 83)),
        new GlobalAveragePool(new Shape(1, 3, 2, 531)),
        new GlobalAveragePool(new Shape(2, 13, 11, 5)),
        new GlobalAveragePool(new Shape(1, 23, 17, 12)),
        new GlobalAveragePool(new Shape(3, 3, 2, 260)),
        new GlobalAveragePool(new Shape(2, 5, 3, 12)) { Type = ElementType.Bfloat16 },
        new GlobalAveragePool(new Shape(1, 23, 17, 24)) { Type = ElementType.Bfloat16 },
    ];

    public static IEnumerable<(Operator Operator, string Message)> Invalid =>
        [(new GlobalAveragePool(new Shape(1, 2, 2, 0)), "extent of an input"),
        (new GlobalAveragePool(new Shape(1, 2, 2, 6)) { Type = ElementType.Bfloat16 }, "multiples of four")];

    public static bool IsLinear => true;

    public static Operator Random(Random random) =>
        new GlobalAveragePool(new Shape(random.Next(1, 4), random.Next(1, 9), random.Next(1, 9), random.Next(1, 80)));

    public static long Terms(Operator op) => ((GlobalAveragePool)op).Input.Pixels;

    public static void Forward(Operator op, ReferenceOperands o) => Visit(op, (x, y, share) => o.Output[y] += o.Inputs[0][x] * share);

    public static void Backward(Operator op, ReferenceOperands o) => Visit(op, (x, y, share) => o.DInputs[0][x] += o.DOutput[y] * share);

    private static void Visit(Operator op, Action<int, int, double> pair)
    {
        Shape s = ((GlobalAveragePool)op).Input;
        for (int i = 0; i < s.Elements; i++)
            pair(i, (i / s.C / s.Pixels * s.C) + (i % s.C), 1.0 / s.Pixels);
    }
}
