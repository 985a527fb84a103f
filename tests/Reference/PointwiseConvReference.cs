using GpuNet.Kernels;

namespace GpuNet.Tests.Reference;

internal sealed class PointwiseConvReference : IOperatorReference
{
    public static IEnumerable<Operator> Cases =>
    [
        new PointwiseConv(new Shape(1, 1, 1, 1), 1),
        new PointwiseConv(new Shape(3, 1, 1, 3), 1, Bias: true),
        new PointwiseConv(new Shape(2, 5, 7, 13), 19, Bias: true),
        new PointwiseConv(new Shape(1, 7, 7, 24), 32),
        new PointwiseConv(new Shape(2, 9, 7, 40), 48),
        new PointwiseConv(new Shape(1, 2, 3, 17), 70, Bias: true),
    ];

    public static IEnumerable<(Operator Operator, string Message)> Invalid =>
    [
        (new PointwiseConv(new Shape(1, 0, 2, 4), 8), "extent of an input"),
        (new PointwiseConv(new Shape(1, 2, 2, 4), 0), "output channel"),
    ];

    public static bool IsLinear => true;

    public static Operator Random(Random random) => new PointwiseConv(
        new Shape(random.Next(1, 4), random.Next(1, 12), random.Next(1, 12), random.Next(1, 80)), random.Next(1, 80), random.Next(2) == 0);

    public static long Terms(Operator op) => ConvolutionReference.Terms(Same(op));

    public static void Forward(Operator op, ReferenceOperands o) => ConvolutionReference.Forward(Same(op), o);

    public static void Backward(Operator op, ReferenceOperands o) => ConvolutionReference.Backward(Same(op), o);

    private static Convolution Same(Operator op)
    {
        var conv = (PointwiseConv)op;
        return new Convolution(conv.Input, conv.Channels, new Window(1), Bias: conv.Bias);
    }
}
