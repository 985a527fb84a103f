using GpuNet.Kernels;

namespace GpuNet.Tests.Reference;

internal sealed class ElementwiseLossReference : IOperatorReference
{
    public static IEnumerable<Operator> Cases =>
    [
        new ElementwiseLoss(new Shape(1, 1, 1, 1), LossKind.SquaredError),
        new ElementwiseLoss(new Shape(2, 5, 7, 3), LossKind.AbsoluteError),
        new ElementwiseLoss(new Shape(2, 3, 5, 4), LossKind.SmoothL1, 0.5f),
        new ElementwiseLoss(new Shape(3, 1, 1, 17), LossKind.Huber, 0.75f) { Weighted = true },
        new ElementwiseLoss(new Shape(2, 3, 3, 5), LossKind.BinaryCrossEntropy),
        new ElementwiseLoss(new Shape(2, 3, 3, 5), LossKind.BinaryCrossEntropy) { Weighted = true },
        // More than a run of every thread of the largest group.
        new ElementwiseLoss(new Shape(1, 61, 139, 2), LossKind.SquaredError) { Weighted = true },
    ];

    public static IEnumerable<(Operator Operator, string Message)> Invalid =>
    [
        (new ElementwiseLoss(new Shape(1, 2, 0, 4), LossKind.Huber), "extent of an input"),
        (new ElementwiseLoss(new Shape(1, 2, 3, 4), (LossKind)99), "SquaredError, AbsoluteError"),
        (new ElementwiseLoss(new Shape(1, 2, 3, 4), LossKind.Huber, 0), "a positive number"),
        (new ElementwiseLoss(new Shape(1, 2, 3, 4), LossKind.SmoothL1, float.NaN), "a positive number"),
    ];

    public static Operator Random(Random random) => new ElementwiseLoss(
        new Shape(random.Next(1, 4), random.Next(1, 9), random.Next(1, 9), random.Next(1, 40)),
        (LossKind)random.Next(Enum.GetValues<LossKind>().Length), 0.1f + random.NextSingle())
    {
        Weighted = random.Next(2) == 0,
    };

    // Runs and blocks, and the few operations of a loss.
    public static long Terms(Operator op) => 8 + (long)Math.Sqrt(op.Inputs[0].Elements);

    public static void Fill(Operator op, ReferenceOperands o, Random random)
    {
        bool crossEntropy = ((ElementwiseLoss)op).Kind == LossKind.BinaryCrossEntropy;
        for (int i = 0; i < o.Inputs[0].Length; i++)
        {
            o.Inputs[0][i] = (float)((random.NextDouble() * 4) - 2);
            o.Inputs[1][i] = (float)(crossEntropy ? random.NextDouble() : (random.NextDouble() * 4) - 2);
            if (o.Inputs.Length > 2)
                o.Inputs[2][i] = random.Next(3) == 0 ? 0 : (float)random.NextDouble();
        }
        o.DOutput[0] = (float)(random.NextDouble() + 0.5);
    }

    public static void Forward(Operator op, ReferenceOperands o)
    {
        for (int i = 0; i < o.Inputs[0].Length; i++)
            o.Output[0] += Weight(o, i) * Value((ElementwiseLoss)op, o.Inputs[0][i], o.Inputs[1][i]);
        o.Output[0] /= Divisor(o);
    }

    public static void Backward(Operator op, ReferenceOperands o)
    {
        double divisor = Divisor(o);
        for (int i = 0; i < o.Inputs[0].Length; i++)
            o.DInputs[0][i] = Weight(o, i) * Slope((ElementwiseLoss)op, o.Inputs[0][i], o.Inputs[1][i]) * o.DOutput[0] / divisor;
    }

    private static double Weight(ReferenceOperands o, int i) => o.Inputs.Length > 2 ? o.Inputs[2][i] : 1;

    private static double Divisor(ReferenceOperands o) => o.Inputs.Length > 2 ? Math.Max(o.Inputs[2].Sum(), 1) : o.Inputs[0].Length;

    private static double Value(ElementwiseLoss op, double x, double t)
    {
        double d = Math.Abs(x - t), delta = op.Delta;
        return op.Kind switch
        {
            LossKind.SquaredError => d * d,
            LossKind.AbsoluteError => d,
            LossKind.SmoothL1 => d < delta ? d * d / (2 * delta) : d - (delta / 2),
            LossKind.Huber => d < delta ? d * d / 2 : delta * (d - (delta / 2)),
            _ => -(t * Math.Log(Sigmoid(x))) - ((1 - t) * Math.Log(Sigmoid(-x))),
        };
    }

    private static double Slope(ElementwiseLoss op, double x, double t)
    {
        double d = x - t, delta = op.Delta;
        return op.Kind switch
        {
            LossKind.SquaredError => 2 * d,
            LossKind.AbsoluteError => Math.Sign(d),
            LossKind.SmoothL1 => Math.Abs(d) < delta ? d / delta : Math.Sign(d),
            LossKind.Huber => Math.Abs(d) < delta ? d : delta * Math.Sign(d),
            _ => Sigmoid(x) - t,
        };
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
