namespace GpuNet;

/// <summary>
/// A small counter-based generator: output n is a mix of key + n * gamma (Steele, Lea and Flood, "Fast Splittable Pseudorandom
/// Number Generators", OOPSLA 2014). The key is mixed from a seed and up to three coordinates (epoch, image, ...), so every image
/// has a stream of its own whatever thread draws it. It is part of what the library promises: the same seed gives the same numbers on
/// every platform and every .NET version, which <see cref="Random"/> does not.
/// </summary>
internal struct SplitMix64
{
    private const ulong Gamma = 0x9E3779B97F4A7C15;
    private ulong state;

    /// <summary>The stream of a seed at up to three coordinates; different coordinates give unrelated streams.</summary>
    /// <param name="seed">What the user chose.</param>
    /// <param name="a">First coordinate, for example the purpose.</param>
    /// <param name="b">Second coordinate, for example the epoch.</param>
    /// <param name="c">Third coordinate, for example the image.</param>
    public SplitMix64(ulong seed, ulong a = 0, ulong b = 0, ulong c = 0)
    {
        // Each coordinate is added before a full mix, so that (a, b) and (b, a) lead to different keys.
        state = Mix(seed + Gamma);
        state = Mix(state + (a + 1) * Gamma);
        state = Mix(state + (b + 1) * Gamma);
        state = Mix(state + (c + 1) * Gamma);
    }

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64() => Mix(state += Gamma);

    /// <summary>Uniform in [0, 1) in steps of 2^-24, every value exact in a float.</summary>
    public float NextSingle() => (NextUInt64() >> 40) * (1f / (1 << 24));

    /// <summary>Uniform in [low, high).</summary>
    /// <param name="low">The smallest value.</param>
    /// <param name="high">The end of the range.</param>
    public float NextSingle(float low, float high) => low + (high - low) * NextSingle();

    /// <summary>Uniform in 0 to count - 1, without bias (Lemire, "Fast Random Integer Generation in an Interval", 2019).</summary>
    /// <param name="count">1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1.</exception>
    public int NextInt32(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ulong high = Math.BigMul(NextUInt64(), (ulong)count, out ulong low);
        if (low < (ulong)count)
        {
            ulong threshold = (0UL - (ulong)count) % (ulong)count;
            while (low < threshold)
                high = Math.BigMul(NextUInt64(), (ulong)count, out low);
        }
        return (int)high;
    }

    /// <summary>Puts the values in a uniformly random order (Fisher and Yates).</summary>
    /// <param name="values">The values to reorder in place.</param>
    public void Shuffle(Span<int> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = NextInt32(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
