namespace GpuNet;

/// <summary>
/// Draws from an <see cref="Initializer"/> with a generator of our own (SplitMix64, Steele et al. 2014), so that a seed means the
/// same values in every version of .NET.
/// </summary>
internal static class InitialValues
{
    /// <summary>Fills <paramref name="values"/> from the stream that belongs to a seed and a parameter.</summary>
    public static void Fill(Span<float> values, Initializer initializer, int seed, int parameter)
    {
        ulong state = ((ulong)(uint)seed << 32) | (uint)parameter;
        state = Next(ref state);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = initializer.Distribution switch
            {
                Distribution.Constant => initializer.Scale,
                Distribution.Normal => (float)(initializer.Scale * Normal(ref state)),
                _ => (float)(initializer.Scale * ((2 * Unit(ref state)) - 1)),
            };
        }
    }

    // Box and Muller 1958, the cosine half.
    private static double Normal(ref ulong state)
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - Unit(ref state)));
        return radius * Math.Cos(2 * Math.PI * Unit(ref state));
    }

    private static double Unit(ref ulong state) => (Next(ref state) >> 11) * (1.0 / (1UL << 53));

    private static ulong Next(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
