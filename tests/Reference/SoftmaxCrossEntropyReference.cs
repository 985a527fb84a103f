using GpuNet.Kernels;

namespace GpuNet.Tests.Reference;

internal sealed class SoftmaxCrossEntropyReference : IOperatorReference
{
    public static IEnumerable<Operator> Cases =>
    [
        new SoftmaxCrossEntropy(new Shape(1, 1, 1, 1)),
        new SoftmaxCrossEntropy(new Shape(1, 1, 1, 2)),
        new SoftmaxCrossEntropy(new Shape(5, 1, 1, 10)),
        new SoftmaxCrossEntropy(new Shape(3, 1, 1, 16), 0.1f),
        new SoftmaxCrossEntropy(new Shape(7, 1, 1, 37), 0.2f),
        new SoftmaxCrossEntropy(new Shape(2, 1, 1, 1000), 0.1f),
    ];

    public static IEnumerable<(Operator Operator, string Message)> Invalid =>
    [
        (new SoftmaxCrossEntropy(new Shape(2, 1, 3, 4)), "one vector an image"),
        (new SoftmaxCrossEntropy(new Shape(2, 1, 1, 0)), "extent of an input"),
        (new SoftmaxCrossEntropy(new Shape(2, 1, 1, 4), 1), "label smoothing"),
        (new SoftmaxCrossEntropy(new Shape(2, 1, 1, 4), float.NaN), "label smoothing"),
    ];

    public static Operator Random(Random random) => new SoftmaxCrossEntropy(
        new Shape(random.Next(1, 9), 1, 1, random.Next(1, 70)), random.Next(2) == 0 ? 0 : random.NextSingle() / 2);

    public static long Terms(Operator op) => op.Inputs[0].C + op.Inputs[0].N;

    public static void Fill(Operator op, ReferenceOperands o, Random random)
    {
        for (int i = 0; i < o.Inputs[0].Length; i++)
            o.Inputs[0][i] = (float)((random.NextDouble() * 10) - 5);
        for (int n = 0; n < o.Inputs[1].Length; n++)
            o.Inputs[1][n] = random.Next(op.Inputs[0].C);
        o.DOutput[0] = (float)(random.NextDouble() + 0.5);
    }

    public static void Forward(Operator op, ReferenceOperands o)
    {
        (Shape x, int classes) = (op.Inputs[0], op.Inputs[0].C);
        for (int i = 0; i < o.Inputs[0].Length; i++)
            o.Output[0] -= Target(op, o, i) * Math.Log(Probability(o.Inputs[0], i, classes)) / x.N;
    }

    public static void Backward(Operator op, ReferenceOperands o)
    {
        (Shape x, int classes) = (op.Inputs[0], op.Inputs[0].C);
        for (int i = 0; i < o.Inputs[0].Length; i++)
            o.DInputs[0][i] += (Probability(o.Inputs[0], i, classes) - Target(op, o, i)) * o.DOutput[0] / x.N;
    }

    private static double Target(Operator op, ReferenceOperands o, int i)
    {
        (int classes, double smoothing) = (op.Inputs[0].C, ((SoftmaxCrossEntropy)op).LabelSmoothing);
        return (smoothing / classes) + (i % classes == o.Inputs[1][i / classes] ? 1 - smoothing : 0);
    }

    private static double Probability(double[] x, int i, int classes)
    {
        double sum = 0;
        for (int k = i - (i % classes); k < i - (i % classes) + classes; k++)
            sum += Math.Exp(x[k] - x[i]);
        return 1 / sum;
    }
}
