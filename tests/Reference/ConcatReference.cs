using System.Collections.Immutable;
using GpuNet.Kernels;

namespace GpuNet.Tests.Reference;

internal sealed class ConcatReference : IOperatorReference
{
    public static IEnumerable<Operator> Cases =>
    [
        new Concat([new Shape(1, 1, 1, 1)]),
        new Concat([new Shape(2, 3, 5, 3), new Shape(2, 3, 5, 8)]),
        new Concat([.. ((int[])[16, 4, 8]).Select(c => new Shape(2, 5, 7, c))]),
        new Concat([.. ((int[])[32, 1, 19, 64, 7]).Select(c => new Shape(1, 13, 11, c))]),
    ];

    public static IEnumerable<(Operator Operator, string Message)> Invalid =>
    [
        (new Concat([]), "at least 1 input"),
        (new Concat(default), "at least 1 input"),
        (new Concat([new Shape(1, 2, 2, 4), new Shape(1, 2, 3, 4)]), "differ in channels only"),
        (new Concat([new Shape(1, 2, 2, 4), new Shape(1, 2, 2, 0)]), "extent of an input"),
    ];

    public static bool IsLinear => true;

    public static Operator Random(Random random)
    {
        var shape = new Shape(random.Next(1, 4), random.Next(1, 9), random.Next(1, 9), 1);
        return new Concat([.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => shape with { C = random.Next(1, 40) })]);
    }

    public static long Terms(Operator op) => 1;

    public static void Forward(Operator op, ReferenceOperands o) => Visit(op, (i, x, y) => o.Output[y] = o.Inputs[i][x]);

    public static void Backward(Operator op, ReferenceOperands o) => Visit(op, (i, x, y) => o.DInputs[i][x] = o.DOutput[y]);

    private static void Visit(Operator op, Action<int, int, int> pair)
    {
        ImmutableArray<Shape> inputs = op.Inputs;
        for (int i = 0, offset = 0; i < inputs.Length; offset += inputs[i++].C)
        {
            for (int x = 0; x < inputs[i].Elements; x++)
                pair(i, x, (x / inputs[i].C * op.Output.C) + offset + (x % inputs[i].C));
        }
    }
}
