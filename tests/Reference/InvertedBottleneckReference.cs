using GpuNet.Kernels;

namespace GpuNet.Tests.Reference;

/// <summary>The references of the parts, one after the other.</summary>
internal sealed class InvertedBottleneckReference : IOperatorReference
{
    // With these, a rounding error never moves a value across a kink.
    private static readonly ActivationKind[] Smooth =
        [ActivationKind.Identity, ActivationKind.Silu, ActivationKind.Sigmoid, ActivationKind.Gelu, ActivationKind.GeluTanh];

    public static IEnumerable<Operator> Cases =>
    [
        .. Problems,
        .. Problems.Select(p => p with { ForInference = true }),
        new InvertedBottleneck(new Shape(2, 17, 60, 5), 40, 6, new Window(3, stride: 2), ActivationKind.Relu6) { ForInference = true },
        new InvertedBottleneck(new Shape(2, 9, 30, 16), 300, 16, new Window(5), ActivationKind.Relu, true) { ForInference = true },
    ];

    private static IEnumerable<InvertedBottleneck> Problems =>
    [
        new InvertedBottleneck(new Shape(2, 1, 1, 1), 6, 1, new Window(3), ActivationKind.Silu, true),
        new InvertedBottleneck(new Shape(3, 1, 1, 5), 30, 7, new Window(3), ActivationKind.Silu),
        new InvertedBottleneck(new Shape(2, 5, 7, 3), 19, 3, new Window(3), ActivationKind.Silu, true),
        new InvertedBottleneck(new Shape(2, 6, 5, 8), 48, 16, new Window(3, stride: 2), ActivationKind.Silu),
        new InvertedBottleneck(new Shape(1, 9, 8, 16), 16, 8, new Window(3), ActivationKind.Silu),
        new InvertedBottleneck(new Shape(2, 4, 5, 11), 11, 11, new Window(3), ActivationKind.HardSwish, true),
        new InvertedBottleneck(new Shape(1, 7, 7, 24), 48, 17, new Window(5), ActivationKind.GeluTanh),
        new InvertedBottleneck(new Shape(3, 8, 9, 4), 24, 8, new Window(5, stride: 2), ActivationKind.Silu, false, 1e-3f, 1f),
        new InvertedBottleneck(new Shape(1, 8, 8, 6), 13, 5, new Window(3, stride: 2).Same(8, 8), ActivationKind.Sigmoid),
        new InvertedBottleneck(new Shape(1, 7, 6, 9), 20, 9, new Window(3, dilation: 2), ActivationKind.Identity, true),
        new InvertedBottleneck(new Shape(2, 4, 9, 5), 10, 6,
            new Window { KernelH = 2, KernelW = 2, StrideH = 1, StrideW = 3, DilationH = 1, DilationW = 1,
                Right = 2 }, ActivationKind.Silu),
        new InvertedBottleneck(new Shape(2, 23, 21, 8), 112, 8, new Window(3), ActivationKind.Silu, true),
        new InvertedBottleneck(new Shape(4, 6, 6, 24), 144, 80, new Window(3), ActivationKind.Silu),
    ];

    public static IEnumerable<(Operator Operator, string Message)> Invalid =>
    [
        (new InvertedBottleneck(new Shape(0, 2, 2, 4), 8, 4, new Window(3), ActivationKind.Relu6), "extent of an input"),
        (new InvertedBottleneck(new Shape(1, 2, 2, 4), 0, 4, new Window(3), ActivationKind.Relu6), "hidden channel"),
        (new InvertedBottleneck(new Shape(1, 2, 2, 4), 8, 0, new Window(3), ActivationKind.Relu6), "output channel"),
        (new InvertedBottleneck(new Shape(1, 2, 2, 4), 8, 4, new Window(3, stride: 0), ActivationKind.Relu6), "stride"),
        (new InvertedBottleneck(new Shape(1, 2, 2, 4), 8, 4, new Window(5, padding: 0), ActivationKind.Relu6), "fits the padded image"),
        (new InvertedBottleneck(new Shape(1, 2, 2, 4), 8, 5, new Window(3), ActivationKind.Relu6, true), "residual"),
        (new InvertedBottleneck(new Shape(1, 2, 2, 4), 8, 4, new Window(3), ActivationKind.Relu6, Epsilon: 0f), "epsilon"),
        (new InvertedBottleneck(new Shape(1, 2, 2, 4), 8, 4, new Window(3), ActivationKind.Relu6, Momentum: 2f), "momentum"),
        (new InvertedBottleneck(new Shape(1, 2, 2, 4), 8, 4, new Window(3), (ActivationKind)(-1)), "activation"),
    ];

    public static Operator Random(Random random)
    {
        int input = random.Next(1, 20), hidden = random.Next(3) == 0 ? input : random.Next(1, 70), stride = random.Next(1, 3);
        var shape = new Shape(random.Next(2, 4), random.Next(2, 9), random.Next(2, 9), input);
        bool residual = stride == 1 && random.Next(2) == 0;
        var window = new Window(residual ? (random.Next(2) * 2) + 3 : random.Next(2, 6), stride);
        return new InvertedBottleneck(
            shape, hidden, residual ? input : random.Next(1, 30), window, Smooth[random.Next(Smooth.Length)], residual, 1e-2f)
        {
            ForInference = random.Next(3) == 0,
        };
    }

    // Errors pass through three layers, and a norm divides them by a deviation.
    public static long Terms(Operator op)
    {
        var block = (InvertedBottleneck)op;
        return 16L * (Math.Max(block.Input.Rows, block.Output.Rows) + block.Hidden + block.Window.Taps + 16);
    }

    public static void Fill(Operator op, ReferenceOperands o, Random random)
    {
        double Next(double low, double high) => (float)(low + (random.NextDouble() * (high - low)));
        for (int i = 0; i < op.Parameters.Length; i++)
        {
            ParameterSpec spec = op.Parameters[i];
            (double low, double high) = spec.Name.EndsWith("running_var", StringComparison.Ordinal) ? (0.3, 2) : (-1, 1);
            for (int j = 0; j < o.Parameters[i].Length; j++)
                o.Parameters[i][j] = Next(low, high);
        }
        for (int i = 0; i < o.Inputs[0].Length; i++)
            o.Inputs[0][i] = Next(-2, 2);
        for (int i = 0; i < o.DOutput.Length; i++)
            o.DOutput[i] = Next(-1, 1);
    }

    public static void Forward(Operator op, ReferenceOperands o)
    {
        List<ReferenceOperands> parts = Run((InvertedBottleneck)op, o);
        for (int i = 0; i < o.Output.Length; i++)
            o.Output[i] = parts[^1].Output[i] + (((InvertedBottleneck)op).Residual ? o.Inputs[0][i] : 0);
        int at = 0;
        foreach (ReferenceOperands part in parts)
        {
            foreach (double[] parameter in part.Parameters)
                parameter.CopyTo(o.Parameters[at++], 0);
        }
    }

    public static void Backward(Operator op, ReferenceOperands o)
    {
        var block = (InvertedBottleneck)op;
        List<ReferenceOperands> parts = Run(block, o);
        Operator[] operators = Parts(block);
        double[] gradient = o.DOutput;
        int at = op.Parameters.Length;
        for (int i = operators.Length - 1; i >= 0; i--)
        {
            gradient.CopyTo(parts[i].DOutput, 0);
            Backward(operators[i], parts[i], null);
            gradient = parts[i].DInputs[0];
            at -= parts[i].DParameters.Length;
            for (int p = 0; p < parts[i].DParameters.Length; p++)
                parts[i].DParameters[p].CopyTo(o.DParameters[at + p], 0);
        }
        for (int i = 0; i < gradient.Length; i++)
            o.DInputs[0][i] = gradient[i] + (block.Residual ? o.DOutput[i] : 0);
    }

    private static Operator[] Parts(InvertedBottleneck block) =>
    [
        .. block.Expands ? [block.Expand, block.ExpandNorm] : Array.Empty<Operator>(),
        block.Filter, block.FilterNorm, block.Project, block.ProjectNorm,
    ];

    // Forward through copies of the parameters.
    private static List<ReferenceOperands> Run(InvertedBottleneck block, ReferenceOperands o)
    {
        var parts = new List<ReferenceOperands>();
        double[] values = o.Inputs[0];
        int at = 0;
        foreach (Operator op in Parts(block))
        {
            var part = new ReferenceOperands(op, o.Training);
            values.CopyTo(part.Inputs[0], 0);
            foreach (double[] parameter in part.Parameters)
                o.Parameters[at++].CopyTo(parameter, 0);
            Backward(op, part, true);
            parts.Add(part);
            values = part.Output;
        }
        return parts;
    }

    private static void Backward(Operator op, ReferenceOperands o, bool? forward)
    {
        (Action<Operator, ReferenceOperands> run, Action<Operator, ReferenceOperands> back) = op switch
        {
            PointwiseConv => ((Action<Operator, ReferenceOperands>)PointwiseConvReference.Forward,
                (Action<Operator, ReferenceOperands>)PointwiseConvReference.Backward),
            DepthwiseConv => (DepthwiseConvReference.Forward, DepthwiseConvReference.Backward),
            _ => (BatchNormReference.Forward, BatchNormReference.Backward),
        };
        (forward == true ? run : back)(op, o);
    }
}
