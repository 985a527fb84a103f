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
        new SoftmaxCrossEntropy(new Shape(2, 3, 5, 21)) { IgnoreLabel = 255 },
        new SoftmaxCrossEntropy(new Shape(3, 2, 3, 17), 0.1f) { IgnoreLabel = 4, Mixed = true },
        new SoftmaxCrossEntropy(new Shape(4, 1, 1, 9), 0.1f) { Mixed = true },
        // More positions than a group's threads and a single block take; with few classes, each has a thread.
        new SoftmaxCrossEntropy(new Shape(1, 64, 65, 3), 0.1f) { IgnoreLabel = -1 },
    ];

    public static IEnumerable<(Operator Operator, string Message)> Invalid =>
    [
        (new SoftmaxCrossEntropy(new Shape(2, 1, 1, 0)), "extent of an input"),
        (new SoftmaxCrossEntropy(new Shape(2, 1, 1, 4), 1), "label smoothing"),
        (new SoftmaxCrossEntropy(new Shape(2, 1, 1, 4), float.NaN), "label smoothing"),
    ];

    public static Operator Random(Random random)
    {
        int pixels = random.Next(2) == 0 ? 1 : random.Next(2, 5);
        return new SoftmaxCrossEntropy(
            new Shape(random.Next(1, 9), pixels, pixels, random.Next(1, 70)), random.Next(2) == 0 ? 0 : random.NextSingle() / 2)
        {
            IgnoreLabel = random.Next(2) == 0 ? null : random.Next(-1, 2),
            Mixed = random.Next(2) == 0,
        };
    }

    // Losses are averaged in runs and blocks.
    public static long Terms(Operator op) => op.Inputs[0].C + (long)Math.Sqrt(op.Inputs[0].Rows) + op.Inputs[0].N;

    public static void Fill(Operator op, ReferenceOperands o, Random random)
    {
        int? ignored = ((SoftmaxCrossEntropy)op).IgnoreLabel;
        for (int i = 0; i < o.Inputs[0].Length; i++)
            o.Inputs[0][i] = (float)((random.NextDouble() * 10) - 5);
        for (int input = 1; input < o.Inputs.Length; input++)
        {
            for (int i = 0; i < o.Inputs[input].Length; i++)
            {
                o.Inputs[input][i] = op.InputType(input) == ElementType.Float32 ? random.Next(5) / 4.0
                    : ignored is { } label && random.Next(3) == 0 ? label : random.Next(op.Inputs[0].C);
            }
        }
        // So that something counts.
        o.Inputs[1][0] = ignored == 0 ? op.Inputs[0].C - 1 : 0;
        if (((SoftmaxCrossEntropy)op).Mixed)
            o.Inputs[3][0] = 0.75;
        o.DOutput[0] = (float)(random.NextDouble() + 0.5);
    }

    public static void Forward(Operator op, ReferenceOperands o)
    {
        int classes = op.Inputs[0].C;
        for (int i = 0; i < o.Inputs[0].Length; i++)
            o.Output[0] -= Target(op, o, i) * LogProbability(o.Inputs[0], i, classes);
        o.Output[0] /= Count(op, o);
    }

    public static void Backward(Operator op, ReferenceOperands o)
    {
        int classes = op.Inputs[0].C;
        double count = Count(op, o);
        for (int i = 0; i < o.Inputs[0].Length; i++)
        {
            double probability = Math.Exp(LogProbability(o.Inputs[0], i, classes));
            o.DInputs[0][i] += ((Weight(op, o, i / classes) * probability) - Target(op, o, i)) * o.DOutput[0] / count;
        }
    }

    private static double Target(Operator op, ReferenceOperands o, int i)
    {
        (int classes, double smoothing) = (op.Inputs[0].C, ((SoftmaxCrossEntropy)op).LabelSmoothing);
        double target = 0;
        foreach ((double label, double share) in Labels(op, o, i / classes))
            target += share * ((smoothing / classes) + (i % classes == label ? 1 - smoothing : 0));
        return target;
    }

    private static double Weight(Operator op, ReferenceOperands o, int position) => Labels(op, o, position).Sum(l => l.Share);

    private static double Count(Operator op, ReferenceOperands o) =>
        Enumerable.Range(0, op.Inputs[0].Rows).Sum(position => Weight(op, o, position));

    // The labels of a position that count, and their shares.
    private static IEnumerable<(double Label, double Share)> Labels(Operator op, ReferenceOperands o, int position)
    {
        var loss = (SoftmaxCrossEntropy)op;
        double share = loss.Mixed ? o.Inputs[3][position / loss.Logits.Pixels] : 1;
        if (o.Inputs[1][position] != loss.IgnoreLabel)
            yield return (o.Inputs[1][position], share);
        if (loss.Mixed && o.Inputs[2][position] != loss.IgnoreLabel)
            yield return (o.Inputs[2][position], 1 - share);
    }

    private static double LogProbability(double[] x, int i, int classes)
    {
        double sum = 0;
        for (int k = i - (i % classes); k < i - (i % classes) + classes; k++)
            sum += Math.Exp(x[k] - x[i]);
        return -Math.Log(sum);
    }
}
