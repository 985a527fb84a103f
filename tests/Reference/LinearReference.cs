using GpuNet.Kernels;

namespace GpuNet.Tests.Reference;

internal sealed class LinearReference : IOperatorReference
{
    public static IEnumerable<Operator> Cases =>
    [
        new Linear(new Shape(1, 1, 1, 1), 1),
        new Linear(new Shape(1, 1, 1, 37), 100),
        new Linear(new Shape(5, 1, 1, 33), 10, Bias: false),
        new Linear(new Shape(130, 1, 1, 8), 12),
        new Linear(new Shape(19, 1, 1, 8), 3) { WeightInitializer = Initializer.Normal(0.01f) },
    ];

    public static IEnumerable<(Operator Operator, string Message)> Invalid =>
    [
        (new Linear(new Shape(1, 2, 1, 4), 8), "one channel vector"),
        (new Linear(new Shape(0, 1, 1, 4), 8), "extent of an input"),
        (new Linear(new Shape(1, 1, 1, 4), 0), "output"),
    ];

    public static bool IsLinear => true;

    public static Operator Random(Random random) =>
        new Linear(new Shape(random.Next(1, 40), 1, 1, random.Next(1, 80)), random.Next(1, 80), random.Next(2) == 0);

    public static long Terms(Operator op) => ConvolutionReference.Terms(Same(op));

    public static void Forward(Operator op, ReferenceOperands o) => ConvolutionReference.Forward(Same(op), o);

    public static void Backward(Operator op, ReferenceOperands o) => ConvolutionReference.Backward(Same(op), o);

    private static Convolution Same(Operator op)
    {
        var linear = (Linear)op;
        return new Convolution(linear.Input, linear.Channels, new Window(1), Bias: linear.Bias);
    }
}
