using GpuNet.Kernels;

namespace GpuNet.Tests.Reference;

internal sealed class BatchNormReference : IOperatorReference
{
    // With these, a rounding error never moves a value across a kink.
    private static readonly ActivationKind[] Smooth =
        [ActivationKind.Identity, ActivationKind.Silu, ActivationKind.Sigmoid, ActivationKind.Gelu, ActivationKind.GeluTanh];

    public static IEnumerable<Operator> Cases =>
    [
        .. Enum.GetValues<ActivationKind>().Select(kind => new BatchNorm(new Shape(2, 5, 3, 19), Activation: kind)),
        new BatchNorm(new Shape(16, 1, 1, 1)),
        new BatchNorm(new Shape(3, 3, 2, 24), 1e-3f, 0.01f, ActivationKind.Relu6),
        new BatchNorm(new Shape(4, 2, 2, 3), Momentum: 1f),
        new BatchNorm(new Shape(1, 13, 11, 58), Activation: ActivationKind.Relu),
        new BatchNorm(new Shape(2, 7, 7, 96), Activation: ActivationKind.Silu),
        new BatchNorm(new Shape(3, 4, 3, 531)),
        new BatchNorm(new Shape(1, 4, 4, 1025), Activation: ActivationKind.HardSwish),
        new BatchNorm(new Shape(2, 53, 47, 16), Activation: ActivationKind.Silu),
    ];

    public static IEnumerable<(Operator Operator, string Message)> Invalid =>
    [
        (new BatchNorm(new Shape(0, 2, 2, 4)), "extent of an input"),
        (new BatchNorm(new Shape(1, 2, 2, 4), 0f), "epsilon"),
        (new BatchNorm(new Shape(1, 2, 2, 4), Momentum: 1.5f), "momentum"),
        (new BatchNorm(new Shape(1, 2, 2, 4), Activation: (ActivationKind)(-1)), "activation"),
    ];

    public static bool HasInferenceMode => true;

    public static Operator Random(Random random) => new BatchNorm(
        new Shape(random.Next(2, 6), random.Next(2, 9), random.Next(3, 9), random.Next(1, 60)),
        1e-3f, (float)random.NextDouble(), Smooth[random.Next(Smooth.Length)]);

    public static long Terms(Operator op) => ((BatchNorm)op).Input.Rows + 16;

    public static void Fill(Operator op, ReferenceOperands o, Random random)
    {
        int channels = ((BatchNorm)op).Input.C;
        double Next(double low, double high) => (float)(low + (random.NextDouble() * (high - low)));
        for (int c = 0; c < channels; c++)
        {
            o.Parameters[0][c] = Next(-1.5, 1.5);
            o.Parameters[1][c] = Next(-1, 1);
            o.Parameters[2][c] = Next(-1, 1);
            o.Parameters[3][c] = Next(0.3, 2);
        }
        for (int i = 0; i < o.Output.Length; i++)
        {
            int c = i % channels;
            o.Inputs[0][i] = (float)(Next(-2, 2) + (c % 5) - 2);
            o.DOutput[i] = Next(-1, 1);
        }
    }

    public static void Forward(Operator op, ReferenceOperands o)
    {
        var norm = (BatchNorm)op;
        int channels = norm.Input.C, rows = norm.Input.Rows;
        for (int c = 0; c < channels; c++)
        {
            (double mean, double variance) = Statistics(norm, o, c);
            double inverse = 1 / Math.Sqrt(variance + norm.Epsilon);
            for (int i = c; i < o.Output.Length; i += channels)
            {
                double normal = (o.Inputs[0][i] - mean) * inverse;
                o.Output[i] = ActivationReference.Value(norm.Activation, (o.Parameters[0][c] * normal) + o.Parameters[1][c]);
            }
            if (!o.Training)
                continue;
            o.Parameters[2][c] = ((1 - (double)norm.Momentum) * o.Parameters[2][c]) + (norm.Momentum * mean);
            o.Parameters[3][c] = ((1 - (double)norm.Momentum) * o.Parameters[3][c]) + (norm.Momentum * variance * rows / (rows - 1));
        }
    }

    public static void Backward(Operator op, ReferenceOperands o)
    {
        var norm = (BatchNorm)op;
        int channels = norm.Input.C, rows = norm.Input.Rows;
        for (int c = 0; c < channels; c++)
        {
            (double mean, double variance) = Statistics(norm, o, c);
            double inverse = 1 / Math.Sqrt(variance + norm.Epsilon), weight = o.Parameters[0][c], bias = o.Parameters[1][c];
            double Normal(int i) => (o.Inputs[0][i] - mean) * inverse;
            double Dz(int i) => o.DOutput[i] * ActivationReference.Slope(norm.Activation, (weight * Normal(i)) + bias);
            for (int i = c; i < o.Output.Length; i += channels)
            {
                o.DParameters[0][c] += Dz(i) * Normal(i);
                o.DParameters[1][c] += Dz(i);
            }
            for (int i = c; i < o.Output.Length; i += channels)
            {
                double own = o.Training ? (o.DParameters[1][c] + (Normal(i) * o.DParameters[0][c])) / rows : 0;
                o.DInputs[0][i] = weight * inverse * (Dz(i) - own);
            }
        }
    }

    // The batch's own, or out of training the running ones.
    private static (double Mean, double Variance) Statistics(BatchNorm norm, ReferenceOperands o, int c)
    {
        if (!o.Training)
            return (o.Parameters[2][c], o.Parameters[3][c]);
        double mean = 0, variance = 0;
        for (int i = c; i < o.Output.Length; i += norm.Input.C)
            mean += o.Inputs[0][i] / norm.Input.Rows;
        for (int i = c; i < o.Output.Length; i += norm.Input.C)
            variance += (o.Inputs[0][i] - mean) * (o.Inputs[0][i] - mean) / norm.Input.Rows;
        return (mean, variance);
    }
}
