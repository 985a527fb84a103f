namespace GpuNet.Tests.Kernels;

/// <summary>Numbers of 16 bits as the format defines them: 8 bits of significand, the exponents of float32.</summary>
internal static class Bfloat16
{
    private const int SignificandBits = 8;

    // Below the smallest normal number all are as far apart.
    private const int LeastExponent = -126;

    /// <summary>The nearest one, of two the even one.</summary>
    public static double Round(double value)
    {
        if (value == 0 || !double.IsFinite(value))
            return value;
        double unit = Math.ScaleB(1, Math.Max(Math.ILogB(value), LeastExponent) - SignificandBits + 1);
        return Math.Round(value / unit, MidpointRounding.ToEven) * unit;
    }

    /// <summary>Values as a tensor of the type holds them.</summary>
    public static double[] Stored(ElementType type, double[] values) =>
        type != ElementType.Bfloat16 ? values : [.. values.Chunk(2).Select(pair => (double)Word((float)pair[0], (float)pair[1]))];

    /// <summary>What a tensor of the type holds.</summary>
    public static float[] Values(ElementType type, float[] stored) =>
        type != ElementType.Bfloat16 ? stored : [.. stored.SelectMany(word => (float[])[Half(word, 16), Half(word, 0)])];

    private static float Word(float lower, float upper) =>
        BitConverter.UInt32BitsToSingle(
            (BitConverter.SingleToUInt32Bits(lower) >> 16) | (BitConverter.SingleToUInt32Bits(upper) & 0xffff0000u));

    private static float Half(float word, int shift) =>
        BitConverter.UInt32BitsToSingle((BitConverter.SingleToUInt32Bits(word) << shift) & 0xffff0000u);
}
