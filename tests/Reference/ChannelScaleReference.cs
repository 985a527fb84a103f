using GpuNet.Kernels;

namespace GpuNet.Tests.Reference;

internal sealed class ChannelScaleReference : IOperatorReference
{
    public static IEnumerable<Operator> Cases =>
    [
        new ChannelScale(new Shape(1, 1, 1, 1)),
        new ChannelScale(new Shape(3, 1, 1, 21)),
        new ChannelScale(new Shape(2, 7, 7, 83)),
        new ChannelScale(new Shape(1, 3, 2, 531)),
        new ChannelScale(new Shape(2, 29, 31, 24)),
    ];

    public static IEnumerable<(Operator Operator, string Message)> Invalid =>
        [(new ChannelScale(new Shape(1, 2, 2, 0)), "extent of an input")];

    public static Operator Random(Random random) =>
        new ChannelScale(new Shape(random.Next(1, 4), random.Next(1, 9), random.Next(1, 9), random.Next(1, 80)));

    public static long Terms(Operator op) => op.Output.Pixels;

    public static void Forward(Operator op, ReferenceOperands o) =>
        Visit(op, (x, s) => o.Output[x] = o.Inputs[0][x] * o.Inputs[1][s]);

    public static void Backward(Operator op, ReferenceOperands o) => Visit(op, (x, s) =>
    {
        o.DInputs[0][x] = o.DOutput[x] * o.Inputs[1][s];
        o.DInputs[1][s] += o.DOutput[x] * o.Inputs[0][x];
    });

    // Every element with its gate.
    private static void Visit(Operator op, Action<int, int> pair)
    {
        Shape shape = op.Output;
        for (int i = 0; i < shape.Elements; i++)
            pair(i, (i / shape.C / shape.Pixels * shape.C) + (i % shape.C));
    }
}
