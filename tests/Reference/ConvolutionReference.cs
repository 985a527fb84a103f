using GpuNet.Kernels;

namespace GpuNet.Tests.Reference;

internal sealed class ConvolutionReference : IOperatorReference
{
    public static IEnumerable<Operator> Cases =>
    [
        new Convolution(new Shape(1, 1, 1, 1), 1, new Window(3)),
        new Convolution(new Shape(2, 9, 8, 3), 16, new Window(3, stride: 2), Bias: true),
        new Convolution(new Shape(2, 5, 7, 19), 33, new Window(3)),
        new Convolution(new Shape(1, 6, 7, 8), 12, new Window(3), Groups: 4, Bias: true),
        new Convolution(new Shape(2, 6, 7, 20), 30, new Window(5, stride: 2, padding: 1), Groups: 2),
        new Convolution(new Shape(1, 9, 9, 16), 24, new Window(3, stride: 1, dilation: 2)),
        new Convolution(new Shape(1, 11, 10, 5), 7, new Window(3, stride: 2, dilation: 2), Bias: true),
        new Convolution(new Shape(1, 9, 9, 6), 7, new Window(1, stride: 2)),
        new Convolution(new Shape(2, 4, 5, 12), 20, new Window(1), Groups: 4),
        new Convolution(new Shape(3, 8, 8, 4), 17, new Window(3, stride: 2).Same(8, 8)),
        new Convolution(new Shape(1, 8, 8, 3), 10, new Window(4, stride: 4, padding: 0), Bias: true),
        new Convolution(new Shape(1, 3, 3, 6), 6, new Window(2, stride: 3) { Bottom = 2 }, Groups: 6, Bias: true),
        new Convolution(new Shape(1, 4, 6, 5), 9,
            new Window { KernelH = 1, KernelW = 4, StrideH = 1, StrideW = 3, DilationH = 1, DilationW = 1, Right = 2 }),
        new Convolution(new Shape(2, 9, 8, 8), 12, new Window(3)),
        .. StorageReference.Cases(new Convolution(new Shape(1, 9, 8, 3), 16,
            new Window(3, stride: 2)) { Epilogue = new Epilogue { NormEpsilon = 1e-5f, Activation = ActivationKind.Relu6 } }),
        .. StorageReference.Cases(new Convolution(new Shape(2, 5, 4, 8), 12, new Window(3),
            Bias: true) { Epilogue = new Epilogue { Residual = ResidualOrder.BeforeActivation, Activation = ActivationKind.Relu } }),
        .. EpilogueReference.Cases(30).Select((e, i) => new Convolution(
            new Shape(2, 6, 7, 20), 30, new Window(3, stride: 2), i % 3 == 0 ? 2 : 1, i % 2 == 0) { Epilogue = e }),
    ];

    public static IEnumerable<(Operator Operator, string Message)> Invalid =>
    [
        StorageReference.Invalid(new Convolution(new Shape(1, 2, 2, 8), 8, new Window(1), Groups: 2)),
        (new Convolution(new Shape(1, 2, 2, 4), 8, new Window(5, padding: 0)), "fits the padded image"),
        (new Convolution(new Shape(0, 2, 2, 4), 8, new Window(3)), "extent of an input"),
        (new Convolution(new Shape(1, 2, 2, 4), 8, new Window(3, stride: 0)), "stride"),
        (new Convolution(new Shape(1, 2, 2, 4), 0, new Window(3)), "output channel"),
        (new Convolution(new Shape(1, 2, 2, 4), 6, new Window(3), Groups: 3), "divide the input channels"),
        (new Convolution(new Shape(1, 2, 2, 6), 4, new Window(3), Groups: 3), "divide the output channels"),
        .. EpilogueReference.Invalid(6)
            .Select(e => ((Operator)new Convolution(new Shape(1, 4, 4, 3), 6, new Window(3)) { Epilogue = e.Epilogue }, e.Message)),
    ];

    public static bool IsLinear => true;

    public static Operator Random(Random random)
    {
        int groups = random.Next(1, 4), channels = groups * random.Next(1, 20);
        return StorageReference.Random(random, new Convolution(
            new Shape(random.Next(1, 4), random.Next(1, 9), random.Next(1, 9), groups * random.Next(1, 20)), channels,
            new Window(random.Next(1, 4), random.Next(1, 4), padding: random.Next(2, 5), dilation: random.Next(1, 3)),
            groups, random.Next(2) == 0)
        {
            Epilogue = EpilogueReference.Random(random, channels),
        });
    }

    public static long Terms(Operator op)
    {
        var conv = (Convolution)op;
        return Math.Max(conv.Output.Rows, conv.Window.Taps * Math.Max(conv.Input.C, conv.Channels) / conv.Groups);
    }

    public static void Fill(Operator op, ReferenceOperands o, Random random) => EpilogueReference.Fill(op, o, random);

    public static void Forward(Operator op, ReferenceOperands o)
    {
        var conv = (Convolution)op;
        var sums = new double[conv.Result.Elements];
        Visit(conv, (x, w, y, channels) =>
        {
            for (int c = 0; c < channels; c++)
                sums[y] += o.Inputs[0][x + c] * o.Parameters[0][w + (c * conv.Channels)];
        });
        EpilogueReference.Write(conv, sums, o);
    }

    public static void Backward(Operator op, ReferenceOperands o)
    {
        var conv = (Convolution)op;
        if (conv.Bias)
        {
            for (int i = 0; i < o.Output.Length; i++)
                o.DParameters[1][i % conv.Channels] += o.DOutput[i];
        }
        Visit(conv, (x, w, y, channels) =>
        {
            for (int c = 0; c < channels; c++)
            {
                o.DInputs[0][x + c] += o.DOutput[y] * o.Parameters[0][w + (c * conv.Channels)];
                o.DParameters[0][w + (c * conv.Channels)] += o.DOutput[y] * o.Inputs[0][x + c];
            }
        });
    }

    // Every (input, weight, output) triple that meets in a product, for the first of the channels that are summed, and their number.
    private static void Visit(Convolution conv, Action<int, int, int, int> products)
    {
        (Shape x, Shape y, Window window) = (conv.Input, conv.Result, conv.Window);
        int groupC = x.C / conv.Groups, groupK = y.C / conv.Groups;
        for (int i = 0; i < y.Elements; i++)
        {
            int k = i % y.C, q = i / y.C % y.W, p = i / y.C / y.W % y.H, n = i / y.C / y.W / y.H;
            for (int a = 0; a < window.KernelH; a++)
            {
                for (int b = 0; b < window.KernelW; b++)
                {
                    int h = (p * window.StrideH) + (a * window.DilationH) - window.Top;
                    int w = (q * window.StrideW) + (b * window.DilationW) - window.Left;
                    if (h < 0 || h >= x.H || w < 0 || w >= x.W)
                        continue;
                    int fromX = (((((n * x.H) + h) * x.W) + w) * x.C) + (k / groupK * groupC);
                    products(fromX, (((a * window.KernelW) + b) * groupC * y.C) + k, i, groupC);
                }
            }
        }
    }
}
