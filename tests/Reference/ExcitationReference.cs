using GpuNet.Kernels;

namespace GpuNet.Tests.Reference;

internal sealed class ExcitationReference : IOperatorReference
{
    public static IEnumerable<Operator> Cases =>
    [
        new Excitation(new Shape(1, 1, 1, 1), 1, 1, ActivationKind.Relu, ActivationKind.Sigmoid),
        new Excitation(new Shape(3, 1, 1, 32), 8, 32, ActivationKind.Silu, ActivationKind.Sigmoid),
        new Excitation(new Shape(2, 1, 1, 37), 11, 70, ActivationKind.HardSwish, ActivationKind.HardSigmoid),
        new Excitation(new Shape(1, 1, 1, 300), 40, 300, ActivationKind.Silu, ActivationKind.Sigmoid),
    ];

    public static IEnumerable<(Operator Operator, string Message)> Invalid =>
    [
        (new Excitation(new Shape(1, 2, 1, 4), 2, 4, ActivationKind.Relu, ActivationKind.Sigmoid), "one channel vector an image"),
        (new Excitation(new Shape(1, 1, 1, 4), 0, 4, ActivationKind.Relu, ActivationKind.Sigmoid), "between the layers"),
        (new Excitation(new Shape(1, 1, 1, 4), 257, 4, ActivationKind.Relu, ActivationKind.Sigmoid), "between the layers"),
        (new Excitation(new Shape(1, 1, 1, 4), 2, 0, ActivationKind.Relu, ActivationKind.Sigmoid), "output channel"),
        (new Excitation(new Shape(1, 1, 1, 4), 2, 4, (ActivationKind)99, ActivationKind.Sigmoid), "activations"),
    ];

    public static Operator Random(Random random)
    {
        ActivationKind Kind() => (ActivationKind)random.Next(Enum.GetValues<ActivationKind>().Length);
        return new Excitation(
            new Shape(random.Next(1, 5), 1, 1, random.Next(1, 90)), random.Next(1, 40), random.Next(1, 90), Kind(), Kind());
    }

    public static long Terms(Operator op) => op.Inputs[0].C + (((Excitation)op).Width * 4);

    public static void Forward(Operator op, ReferenceOperands o)
    {
        var excitation = (Excitation)op;
        double[] hidden = Layer(
            o.Inputs[0], o.Parameters[0], o.Parameters[1], excitation.Input.N, excitation.Input.C, excitation.Width, excitation.Inner);
        Layer(hidden, o.Parameters[2], o.Parameters[3], excitation.Input.N, excitation.Width, excitation.Channels, excitation.Gate)
            .CopyTo(o.Output, 0);
    }

    public static void Backward(Operator op, ReferenceOperands o) =>
        throw new NotSupportedException("An excitation runs at inference only.");

    private static double[] Layer(double[] x, double[] weight, double[] bias, int images, int depth, int columns, ActivationKind kind)
    {
        var y = new double[images * columns];
        for (int i = 0; i < y.Length; i++)
        {
            (int n, int k) = (i / columns, i % columns);
            double sum = bias[k];
            for (int c = 0; c < depth; c++)
                sum += x[(n * depth) + c] * weight[(c * columns) + k];
            y[i] = ActivationReference.Value(kind, sum);
        }
        return y;
    }
}
