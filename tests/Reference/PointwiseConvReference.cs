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
        // Rows for two and for nine blocks of a weight gradient, and channels for its larger tiles.
        new PointwiseConv(new Shape(2, 9, 8, 5), 6),
        new PointwiseConv(new Shape(3, 14, 14, 4), 8),
        new PointwiseConv(new Shape(1, 3, 5, 68), 20),
        new PointwiseConv(new Shape(2, 5, 7, 72), 40),
        .. EpilogueReference.Cases(19).Select((e, i) => new PointwiseConv(new Shape(2, 5, 7, 13), 19, i % 2 == 0) { Epilogue = e }),
        .. EpilogueReference.Cases(64).Select((e, i) => new PointwiseConv(new Shape(1, 7, 7, 24), 64, i % 2 == 1) { Epilogue = e }),
    ];

    public static IEnumerable<(Operator Operator, string Message)> Invalid =>
    [
        (new PointwiseConv(new Shape(1, 0, 2, 4), 8), "extent of an input"),
        (new PointwiseConv(new Shape(1, 2, 2, 4), 0), "output channel"),
        .. EpilogueReference.Invalid(6).Select(e => ((Operator)new PointwiseConv(new Shape(1, 4, 4, 3), 6) { Epilogue = e.Epilogue }, e.Message)),
    ];

    public static bool IsLinear => true;

    public static Operator Random(Random random)
    {
        int channels = random.Next(1, 80);
        return new PointwiseConv(
            new Shape(random.Next(1, 4), random.Next(1, 12), random.Next(1, 12), random.Next(1, 80)), channels, random.Next(2) == 0)
        {
            Epilogue = EpilogueReference.Random(random, channels),
        };
    }

    public static long Terms(Operator op) => ConvolutionReference.Terms(Same(op));

    public static void Fill(Operator op, ReferenceOperands o, Random random) => EpilogueReference.Fill(op, o, random);

    public static void Forward(Operator op, ReferenceOperands o) => ConvolutionReference.Forward(Same(op), o);

    public static void Backward(Operator op, ReferenceOperands o) => ConvolutionReference.Backward(Same(op), o);

    private static Convolution Same(Operator op)
    {
        var conv = (PointwiseConv)op;
        return new Convolution(conv.Input, conv.Channels, new Window(1), Bias: conv.Bias) { Epilogue = conv.Epilogue };
    }
}
