using GpuNet.Kernels;

namespace GpuNet.Tests.Reference;

internal sealed class ActivationReference : IOperatorReference
{
    private static readonly ActivationKind[] Kinds = Enum.GetValues<ActivationKind>();

    public static IEnumerable<Operator> Cases =>
    [
        .. Kinds.Select(kind => new Activation(new Shape(2, 3, 5, 7), kind)),
        .. Kinds.Select(kind => new Activation(new Shape(1, 1, 1, 1), kind)),
        new Activation(new Shape(2, 33, 31, 17), ActivationKind.Gelu),
        new Activation(new Shape(3, 5, 9, 12), ActivationKind.Silu),
    ];

    public static IEnumerable<(Operator Operator, string Message)> Invalid =>
    [
        (new Activation(new Shape(1, 0, 2, 3), ActivationKind.Relu), "extent of an input"),
        (new Activation(new Shape(1, 1, 2, 3), (ActivationKind)99), "kind"),
    ];

    public static Operator Random(Random random) => new Activation(
        new Shape(random.Next(1, 4), random.Next(1, 9), random.Next(1, 9), random.Next(1, 40)), Kinds[random.Next(Kinds.Length)]);

    public static long Terms(Operator op) => 8;

    // Wide enough to reach both sides of every kink, and the tails.
    public static void Fill(Operator op, ReferenceOperands o, Random random)
    {
        for (int i = 0; i < o.Output.Length; i++)
        {
            o.Inputs[0][i] = (float)((random.NextDouble() * 18) - 9);
            o.DOutput[i] = (float)((random.NextDouble() * 2) - 1);
        }
    }

    public static void Forward(Operator op, ReferenceOperands o)
    {
        for (int i = 0; i < o.Output.Length; i++)
            o.Output[i] = Value(((Activation)op).Kind, o.Inputs[0][i]);
    }

    public static void Backward(Operator op, ReferenceOperands o)
    {
        for (int i = 0; i < o.Output.Length; i++)
            o.DInputs[0][i] = o.DOutput[i] * Slope(((Activation)op).Kind, o.Inputs[0][i]);
    }

    public static double Value(ActivationKind kind, double x) => kind switch
    {
        ActivationKind.Identity => x,
        ActivationKind.Relu => Math.Max(x, 0),
        ActivationKind.Relu6 => Math.Clamp(x, 0, 6),
        ActivationKind.Silu => x * Sigmoid(x),
        ActivationKind.Sigmoid => Sigmoid(x),
        ActivationKind.HardSigmoid => Math.Clamp(x + 3, 0, 6) / 6,
        ActivationKind.HardSwish => x * Math.Clamp(x + 3, 0, 6) / 6,
        ActivationKind.Gelu => x * NormalCumulative(x),
        ActivationKind.GeluTanh => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public static double Slope(ActivationKind kind, double x) => kind switch
    {
        ActivationKind.Identity => 1,
        ActivationKind.Relu => x > 0 ? 1 : 0,
        ActivationKind.Relu6 => x is > 0 and < 6 ? 1 : 0,
        ActivationKind.Silu => Sigmoid(x) * (1 + (x * (1 - Sigmoid(x)))),
        ActivationKind.Sigmoid => Sigmoid(x) * (1 - Sigmoid(x)),
        ActivationKind.HardSigmoid => x is > -3 and < 3 ? 1.0 / 6 : 0,
        ActivationKind.HardSwish => x <= -3 ? 0 : x >= 3 ? 1 : (x / 3) + 0.5,
        ActivationKind.Gelu => NormalCumulative(x) + (x * Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI)),
        ActivationKind.GeluTanh => TanhSlope(x),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    // The series Φ(x) = 1/2 + φ(x)·(x + x³/3 + x⁵/15 + …) near 0, and the continued fraction of the tail elsewhere.
    public static double NormalCumulative(double x)
    {
        double density = Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI), z = Math.Abs(x);
        if (z < 3)
        {
            double term = x, sum = x;
            for (int i = 3; Math.Abs(term) > 1e-18 * Math.Abs(sum); i += 2)
                sum += term *= x * x / i;
            return 0.5 + (density * sum);
        }
        double fraction = z;
        for (int i = 200; i > 0; i--)
            fraction = z + (i / fraction);
        return x > 0 ? 1 - (density / fraction) : density / fraction;
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double TanhSlope(double x)
    {
        double factor = Math.Sqrt(2 / Math.PI), tanh = Math.Tanh(factor * (x + (0.044715 * x * x * x)));
        return (0.5 * (1 + tanh)) + (0.5 * x * (1 - (tanh * tanh)) * factor * (1 + (3 * 0.044715 * x * x)));
    }
}
