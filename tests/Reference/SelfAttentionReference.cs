using GpuNet.Kernels;

namespace GpuNet.Tests.Reference;

internal sealed class SelfAttentionReference : IOperatorReference
{
    public static IEnumerable<Operator> Cases =>
    [
        new SelfAttention(new Shape(1, 1, 1, 3), 1),
        new SelfAttention(new Shape(2, 1, 1, 12), 2),
        new SelfAttention(new Shape(2, 2, 3, 30), 2),
        new SelfAttention(new Shape(1, 7, 5, 3 * 16), 1),
        new SelfAttention(new Shape(1, 3, 3, 3 * 3 * 37), 3),
        new SelfAttention(new Shape(1, 9, 8, 3 * 4), 2),
        new SelfAttention(new Shape(1, 13, 11, 3 * 20), 1),
    ];

    public static IEnumerable<(Operator Operator, string Message)> Invalid =>
    [
        (new SelfAttention(new Shape(1, 2, 2, 4), 1), "q, k and v"),
        (new SelfAttention(new Shape(1, 2, 2, 12), 3), "heads divide"),
        (new SelfAttention(new Shape(1, 2, 2, 12), 0), "there are heads"),
        (new SelfAttention(new Shape(1, 0, 2, 12), 1), "extent of an input"),
    ];

    public static Operator Random(Random random)
    {
        int heads = random.Next(1, 4);
        return new SelfAttention(
            new Shape(random.Next(1, 3), random.Next(1, 7), random.Next(1, 7), 3 * heads * random.Next(1, 20)), heads);
    }

    // A score is a sum over channels, a result one over tokens of its exponentials.
    public static long Terms(Operator op) => (2 * op.Inputs[0].Pixels) + (2 * op.Output.C / ((SelfAttention)op).Heads);

    public static void Forward(Operator op, ReferenceOperands o)
    {
        var attention = (SelfAttention)op;
        (int tokens, int e, int heads) = (op.Inputs[0].Pixels, op.Output.C, attention.Heads);
        int d = e / heads;
        for (int row = 0; row < op.Inputs[0].N * tokens; row++)
        {
            for (int head = 0; head < heads; head++)
            {
                double[] p = Probabilities(o.Inputs[0], row, head, tokens, e, d);
                for (int j = 0; j < tokens; j++)
                {
                    for (int c = 0; c < d; c++)
                        o.Output[(row * e) + (head * d) + c] += p[j] * o.Inputs[0][At(row, j, tokens, e, 2) + (head * d) + c];
                }
            }
        }
    }

    public static void Backward(Operator op, ReferenceOperands o)
    {
        var attention = (SelfAttention)op;
        (int tokens, int e, int heads) = (op.Inputs[0].Pixels, op.Output.C, attention.Heads);
        int d = e / heads;
        double[] x = o.Inputs[0], dx = o.DInputs[0];
        for (int row = 0; row < op.Inputs[0].N * tokens; row++)
        {
            for (int head = 0; head < heads; head++)
            {
                double[] p = Probabilities(x, row, head, tokens, e, d), dp = new double[tokens];
                int q = (row * 3 * e) + (head * d), y = (row * e) + (head * d);
                for (int j = 0; j < tokens; j++)
                {
                    int v = At(row, j, tokens, e, 2) + (head * d);
                    for (int c = 0; c < d; c++)
                    {
                        dp[j] += o.DOutput[y + c] * x[v + c];
                        dx[v + c] += o.DOutput[y + c] * p[j];
                    }
                }
                double mean = p.Zip(dp, (a, b) => a * b).Sum();
                for (int j = 0; j < tokens; j++)
                {
                    int k = At(row, j, tokens, e, 1) + (head * d);
                    double ds = p[j] * (dp[j] - mean) / Math.Sqrt(d);
                    for (int c = 0; c < d; c++)
                    {
                        dx[q + c] += ds * x[k + c];
                        dx[k + c] += ds * x[q + c];
                    }
                }
            }
        }
    }

    // Where part 0, 1 or 2 (q, k, v) of token j begins, in the image that has the row.
    private static int At(int row, int j, int tokens, int e, int part) => ((((row / tokens * tokens) + j) * 3) + part) * e;

    private static double[] Probabilities(double[] x, int row, int head, int tokens, int e, int d)
    {
        var scores = new double[tokens];
        for (int j = 0; j < tokens; j++)
        {
            for (int c = 0; c < d; c++)
                scores[j] += x[(row * 3 * e) + (head * d) + c] * x[At(row, j, tokens, e, 1) + (head * d) + c] / Math.Sqrt(d);
        }
        double max = scores.Max(), sum = scores.Sum(s => Math.Exp(s - max));
        return [.. scores.Select(s => Math.Exp(s - max) / sum)];
    }
}
