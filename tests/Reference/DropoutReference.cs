using GpuNet.Kernels;

namespace GpuNet.Tests.Reference;

internal sealed class DropoutReference : IOperatorReference
{
    public static IEnumerable<Operator> Cases =>
    [
        new Dropout(new Shape(1, 1, 1, 1), 0.5f),
        new Dropout(new Shape(2, 3, 5, 7), 0.2f),
        new Dropout(new Shape(2, 3, 5, 7), 0f),
        new Dropout(new Shape(2, 3, 5, 8), 0.3f),
        new Dropout(new Shape(3, 29, 31, 23), 0.7f),
    ];

    public static IEnumerable<(Operator Operator, string Message)> Invalid =>
    [
        (new Dropout(new Shape(1, 2, 2, 0), 0.5f), "extent of an input"),
        (new Dropout(new Shape(1, 2, 2, 1), 1f), "rate"),
        (new Dropout(new Shape(1, 2, 2, 1), float.NaN), "rate"),
    ];

    public static bool IsLinear => true;

    public static bool HasInferenceMode => true;

    public static Operator Random(Random random) =>
        new Dropout(new Shape(random.Next(1, 4), random.Next(1, 9), random.Next(1, 9), random.Next(1, 80)), random.NextSingle() * 0.9f);

    public static long Terms(Operator op) => 1;

    public static void Forward(Operator op, ReferenceOperands o)
    {
        for (int i = 0; i < o.Output.Length; i++)
            o.Output[i] = o.Inputs[0][i] * Factor(o, i, ((Dropout)op).Rate);
    }

    public static void Backward(Operator op, ReferenceOperands o)
    {
        for (int i = 0; i < o.Output.Length; i++)
            o.DInputs[0][i] = o.DOutput[i] * Factor(o, i, ((Dropout)op).Rate);
    }

    /// <summary>0 or 1 / (1 − rate).</summary>
    public static double Factor(ReferenceOperands o, int index, double rate)
    {
        if (!o.Training)
            return 1;
        return Hash((uint)index, Hash(o.Seed, 0x9E3779B1)) < rate * 4294967296.0 ? 0 : 1 / (1 - rate);
    }

    private static uint Hash(uint index, uint key)
    {
        unchecked
        {
            uint h = index ^ key;
            h = (h ^ (h >> 16)) * 0x7FEB352D;
            h = (h ^ (h >> 15)) * 0x846CA68B;
            return ((h ^ (h >> 16)) + key) * 0x9E3779B1;
        }
    }
}
