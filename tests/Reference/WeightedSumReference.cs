using GpuNet.Kernels;

namespace GpuNet.Tests.Reference;

internal sealed class WeightedSumReference : IOperatorReference
{
    public static IEnumerable<Operator> Cases =>
    [
        new WeightedSum(new Shape(1, 1, 1, 1), [0.25f, -2]),
        new WeightedSum(new Shape(2, 5, 7, 3), [1]),
        new WeightedSum(new Shape(2, 5, 9, 4), [1, 0.5f, 0]),
        new WeightedSum(new Shape(2, 11, 9, 29), [0.5f, 1, -1, 2]),
        new WeightedSum(new Shape(1, 3, 5, 7), [1, 2, 3, 4, 5, 6, 7, 8, 9]),
    ];

    public static IEnumerable<(Operator Operator, string Message)> Invalid =>
    [
        (new WeightedSum(new Shape(1, 2, 2, 4), []), "at least 1 weight"),
        (new WeightedSum(new Shape(1, 2, 2, 4), default), "at least 1 weight"),
        (new WeightedSum(new Shape(1, 2, 0, 4), [1, 1]), "extent of an input"),
        (new WeightedSum(new Shape(1, 2, 2, 4), [1, float.NaN]), "finite number"),
    ];

    public static bool IsLinear => true;

    public static Operator Random(Random random) => new WeightedSum(
        new Shape(random.Next(1, 4), random.Next(1, 9), random.Next(1, 9), random.Next(1, 40)),
        [.. Enumerable.Range(0, random.Next(1, 10)).Select(_ => random.NextSingle() - 0.5f)]);

    public static long Terms(Operator op) => op.Inputs.Length;

    public static void Forward(Operator op, ReferenceOperands o)
    {
        for (int input = 0; input < o.Inputs.Length; input++)
        {
            for (int i = 0; i < o.Output.Length; i++)
                o.Output[i] += ((WeightedSum)op).Weights[input] * o.Inputs[input][i];
        }
    }

    public static void Backward(Operator op, ReferenceOperands o)
    {
        for (int input = 0; input < o.Inputs.Length; input++)
        {
            for (int i = 0; i < o.DOutput.Length; i++)
                o.DInputs[input][i] = ((WeightedSum)op).Weights[input] * o.DOutput[i];
        }
    }
}
