using GpuNet.Kernels;

namespace GpuNet.Tests.Reference;

internal sealed class StochasticDepthReference : IOperatorReference
{
    public static IEnumerable<Operator> Cases =>
    [
        new StochasticDepth(new Shape(1, 1, 1, 1), 0.5f),
        new StochasticDepth(new Shape(9, 3, 5, 7), 0.5f),
        new StochasticDepth(new Shape(2, 3, 5, 7), 0f),
        new StochasticDepth(new Shape(7, 2, 3, 12), 0.4f),
        new StochasticDepth(new Shape(5, 29, 31, 23), 0.3f),
    ];

    public static IEnumerable<(Operator Operator, string Message)> Invalid =>
    [
        (new StochasticDepth(new Shape(1, 2, 2, 0), 0.5f), "extent of an input"),
        (new StochasticDepth(new Shape(1, 2, 2, 1), -0.1f), "rate"),
    ];

    public static bool IsLinear => true;

    public static bool HasInferenceMode => true;

    public static Operator Random(Random random) => new StochasticDepth(
        new Shape(random.Next(1, 9), random.Next(1, 9), random.Next(1, 9), random.Next(1, 40)), random.NextSingle() * 0.9f);

    public static long Terms(Operator op) => 1;

    public static void Forward(Operator op, ReferenceOperands o)
    {
        for (int i = 0; i < o.Output.Length; i++)
            o.Output[i] = o.Inputs[0][i] * DropoutReference.Factor(o, Image(op, i), ((StochasticDepth)op).Rate);
    }

    public static void Backward(Operator op, ReferenceOperands o)
    {
        for (int i = 0; i < o.Output.Length; i++)
            o.DInputs[0][i] = o.DOutput[i] * DropoutReference.Factor(o, Image(op, i), ((StochasticDepth)op).Rate);
    }

    private static int Image(Operator op, int i) => i / op.Output.C / op.Output.Pixels;
}
