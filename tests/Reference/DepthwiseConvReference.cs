using GpuNet.Kernels;

namespace GpuNet.Tests.Reference;

internal sealed class DepthwiseConvReference : IOperatorReference
{
    public static IEnumerable<Operator> Cases =>
    [
        new DepthwiseConv(new Shape(1, 1, 1, 1), new Window(3)),
        new DepthwiseConv(new Shape(2, 5, 7, 3), new Window(3)),
        new DepthwiseConv(new Shape(2, 6, 5, 19), new Window(3, stride: 2), Bias: true),
        new DepthwiseConv(new Shape(1, 7, 7, 32), new Window(5, stride: 2)),
        new DepthwiseConv(new Shape(1, 9, 8, 4), new Window(3, stride: 1, dilation: 2), Bias: true),
        new DepthwiseConv(new Shape(3, 8, 8, 17), new Window(3, stride: 2).Same(8, 8)),
        new DepthwiseConv(new Shape(1, 4, 6, 5),
            new Window { KernelH = 1, KernelW = 4, StrideH = 1, StrideW = 3, DilationH = 1, DilationW = 1, Right = 2 }),
        // Tiles of four pixels: maps of one tile, a whole tile between two borders, a cut one; channels that make vectors, and some more.
        new DepthwiseConv(new Shape(2, 1, 1, 4), new Window(3)),
        new DepthwiseConv(new Shape(1, 3, 3, 20), new Window(3, stride: 2), Bias: true),
        new DepthwiseConv(new Shape(2, 3, 13, 36), new Window(3)),
        new DepthwiseConv(new Shape(1, 4, 19, 8), new Window(3, stride: 2)),
        new DepthwiseConv(new Shape(1, 4, 14, 16), new Window(5), Bias: true),
        new DepthwiseConv(new Shape(1, 3, 25, 6), new Window(5, stride: 2)),
        new DepthwiseConv(new Shape(1, 8, 8, 12), new Window(3, stride: 2).Same(8, 8)),
        new DepthwiseConv(new Shape(1, 6, 7, 4), new Window(5, stride: 2).Same(6, 7), Bias: true),
        new DepthwiseConv(new Shape(1, 4, 9, 4), new Window(3, padding: 0)),
        new DepthwiseConv(new Shape(1, 2, 3, 5), new Window(3, stride: 1, padding: 3), Bias: true),
        .. VectorEpilogues.Select(
            (e, i) => new DepthwiseConv(new Shape(2, 3, 6, 20), new Window(3, stride: 1 + (i % 2)), i == 0) { Epilogue = e }),
        .. StorageReference.Cases(new DepthwiseConv(new Shape(2, 3, 6, 20), new Window(3))
        {
            Epilogue = new Epilogue { NormEpsilon = 1e-5f, Activation = ActivationKind.HardSwish,
                Residual = ResidualOrder.AfterActivation },
        }),
        .. StorageReference.Cases(new DepthwiseConv(new Shape(1, 6, 13, 16), new Window(5, stride: 2), Bias: true)),
        .. StorageReference.Cases(new DepthwiseConv(new Shape(1, 4, 6, 8), new Window(3, stride: 1, dilation: 2))),
        .. EpilogueReference.Cases(19)
            .Select((e, i) => new DepthwiseConv(new Shape(2, 6, 5, 19), new Window(3, stride: 1 + (i % 2)), i % 3 == 0) { Epilogue = e }),
    ];

    public static IEnumerable<(Operator Operator, string Message)> Invalid =>
    [
        (new DepthwiseConv(new Shape(1, 2, 2, 4), new Window(5, padding: 0)), "fits the padded image"),
        (new DepthwiseConv(new Shape(0, 2, 2, 4), new Window(3)), "extent of an input"),
        StorageReference.Invalid(new DepthwiseConv(new Shape(1, 2, 2, 6), new Window(3))),
        (new DepthwiseConv(new Shape(1, 2, 2, 4), new Window(3, stride: 0)), "stride"),
        (new DepthwiseConv(new Shape(1, 8, 8, 4), new Window(-3)), "at least 1"),
        (new DepthwiseConv(new Shape(1, 8, 8, 4), new Window(3, padding: -1)), "padding"),
        (new DepthwiseConv(new Shape(1, 99, 99, 4), new Window(99)), "taps"),
        .. EpilogueReference.Invalid(6)
            .Select(e => ((Operator)new DepthwiseConv(new Shape(1, 4, 4, 6), new Window(3)) { Epilogue = e.Epilogue }, e.Message)),
    ];

    // Slices that keep vectors whole, and one that does not.
    private static IEnumerable<Epilogue> VectorEpilogues =>
    [
        new Epilogue { NormEpsilon = 1e-5f, Activation = ActivationKind.Relu6, Residual = ResidualOrder.AfterActivation },
        new Epilogue { Activation = ActivationKind.Silu, Residual = ResidualOrder.BeforeActivation,
            Slice = new ChannelSlice(8, 32, Continues: true) },
        new Epilogue { Activation = ActivationKind.HardSwish, Slice = new ChannelSlice(2, 24, Continues: false) },
    ];

    public static bool IsLinear => true;

    public static Operator Random(Random random)
    {
        int channels = random.Next(1, 40);
        return StorageReference.Random(random, new DepthwiseConv(
            new Shape(random.Next(1, 4), random.Next(1, 9), random.Next(1, 9), channels),
            new Window(random.Next(1, 4), random.Next(1, 4), padding: random.Next(2, 5), dilation: random.Next(1, 3)),
            random.Next(2) == 0)
        {
            Epilogue = EpilogueReference.Random(random, channels),
        });
    }

    public static long Terms(Operator op) => Math.Max(op.Output.Rows, ((DepthwiseConv)op).Window.Taps);

    public static void Fill(Operator op, ReferenceOperands o, Random random) => EpilogueReference.Fill(op, o, random);

    public static void Forward(Operator op, ReferenceOperands o)
    {
        var conv = (DepthwiseConv)op;
        var sums = new double[conv.Result.Elements];
        Visit(conv, (x, w, y) => sums[y] += o.Inputs[0][x] * o.Parameters[0][w]);
        EpilogueReference.Write(conv, sums, o);
    }

    public static void Backward(Operator op, ReferenceOperands o)
    {
        var conv = (DepthwiseConv)op;
        if (conv.Bias)
        {
            for (int i = 0; i < o.Output.Length; i++)
                o.DParameters[1][i % conv.Input.C] += o.DOutput[i];
        }
        Visit(conv, (x, w, y) =>
        {
            o.DInputs[0][x] += o.DOutput[y] * o.Parameters[0][w];
            o.DParameters[0][w] += o.DOutput[y] * o.Inputs[0][x];
        });
    }

    // Every (input, weight, output) triple that meets in a product.
    private static void Visit(DepthwiseConv conv, Action<int, int, int> product)
    {
        (Shape x, Shape y, Window window) = (conv.Input, conv.Result, conv.Window);
        for (int i = 0; i < y.Elements; i++)
        {
            int c = i % y.C, q = i / y.C % y.W, p = i / y.C / y.W % y.H, n = i / y.C / y.W / y.H;
            for (int a = 0; a < window.KernelH; a++)
            {
                for (int b = 0; b < window.KernelW; b++)
                {
                    int h = (p * window.StrideH) + (a * window.DilationH) - window.Top;
                    int w = (q * window.StrideW) + (b * window.DilationW) - window.Left;
                    if (h >= 0 && h < x.H && w >= 0 && w < x.W)
                        product((((((n * x.H) + h) * x.W) + w) * x.C) + c, (((a * window.KernelW) + b) * x.C) + c, i);
                }
            }
        }
    }
}
