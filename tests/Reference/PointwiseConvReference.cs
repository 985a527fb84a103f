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
        Gated(new Shape(2, 5, 7, 13), 19),
        Gated(new Shape(3, 3, 5, 24), 64),
        Gated(new Shape(2, 5, 7, 16), 20, new Epilogue { NormEpsilon = 1e-5f, Residual = ResidualOrder.AfterActivation }),
        Gated(new Shape(3, 3, 3, 20), 12,
            new Epilogue { Activation = ActivationKind.Silu, Slice = new ChannelSlice(4, 20, Continues: true) }),
        Gated(new Shape(2, 3, 2, 7), 5, new Epilogue
        {
            Activation = ActivationKind.Relu,
            Residual = ResidualOrder.BeforeActivation,
            Slice = new ChannelSlice(3, 11, Continues: true),
        }),
        .. EpilogueReference.Cases(64).Select((e, i) => new PointwiseConv(new Shape(1, 7, 7, 24), 64, i % 2 == 1) { Epilogue = e }),
        .. StorageReference.Cases(new PointwiseConv(new Shape(2, 5, 7, 12), 20, Bias: true)),
        .. StorageReference.Cases(new PointwiseConv(new Shape(1, 7, 7, 24), 64)
        {
            Epilogue = new Epilogue { NormEpsilon = 1e-5f, Activation = ActivationKind.Silu, Residual = ResidualOrder.AfterActivation },
        }),
        .. StorageReference.Cases((PointwiseConv)Gated(
            new Shape(2, 5, 7, 16), 20, new Epilogue { Activation = ActivationKind.Relu, Residual = ResidualOrder.BeforeActivation })),
    ];

    public static IEnumerable<(Operator Operator, string Message)> Invalid =>
    [
        (new PointwiseConv(new Shape(1, 0, 2, 4), 8), "extent of an input"),
        (new PointwiseConv(new Shape(1, 2, 2, 4), 0), "output channel"),
        StorageReference.Invalid(new PointwiseConv(new Shape(1, 2, 2, 4), 6)),
        StorageReference.Invalid(
            new PointwiseConv(new Shape(1, 2, 2, 4), 8) { Epilogue = new Epilogue { Slice = new ChannelSlice(0, 16, Continues: false) } }),
        .. EpilogueReference.Invalid(6)
            .Select(e => ((Operator)new PointwiseConv(new Shape(1, 4, 4, 3), 6) { Epilogue = e.Epilogue }, e.Message)),
    ];

    public static bool IsLinear => true;

    public static Operator Random(Random random)
    {
        int channels = random.Next(1, 80);
        return StorageReference.Random(random, new PointwiseConv(
            new Shape(random.Next(1, 4), random.Next(1, 12), random.Next(1, 12), random.Next(1, 80)), channels, random.Next(2) == 0)
        {
            Epilogue = EpilogueReference.Random(random, channels),
            Gated = random.Next(4) == 0,
        });
    }

    public static long Terms(Operator op) => ConvolutionReference.Terms(Same(op));

    public static void Fill(Operator op, ReferenceOperands o, Random random) => EpilogueReference.Fill(op, o, random);

    public static void Forward(Operator op, ReferenceOperands o)
    {
        var conv = (PointwiseConv)op;
        if (!conv.Gated)
        {
            ConvolutionReference.Forward(Same(op), o);
            return;
        }
        double[] gate = o.Inputs[conv.Epilogue.Residual == ResidualOrder.None ? 1 : 2];
        var sums = new double[conv.Result.Elements];
        for (int i = 0; i < sums.Length; i++)
        {
            (int row, int k) = (i / conv.Channels, i % conv.Channels);
            for (int c = 0; c < conv.Input.C; c++)
            {
                double x = o.Inputs[0][(row * conv.Input.C) + c] * gate[(row / conv.Input.Pixels * conv.Input.C) + c];
                sums[i] += x * o.Parameters[0][(c * conv.Channels) + k];
            }
        }
        EpilogueReference.Write(conv, sums, o);
    }

    public static void Backward(Operator op, ReferenceOperands o) => ConvolutionReference.Backward(Same(op), o);

    private static PointwiseConv Gated(Shape input, int channels, Epilogue? epilogue = null) =>
        new(input, channels, Bias: input.C % 2 == 0) { Gated = true, Epilogue = epilogue ?? Epilogue.None };

    private static Convolution Same(Operator op)
    {
        var conv = (PointwiseConv)op;
        return new Convolution(conv.Input, conv.Channels, new Window(1), Bias: conv.Bias) { Epilogue = conv.Epilogue };
    }
}
