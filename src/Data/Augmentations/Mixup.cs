using System.Numerics.Tensors;

namespace GpuNet;

/// <summary>
/// Mixup (Zhang et al., "mixup: Beyond Empirical Risk Minimization", 2018): every sample of a batch becomes share x itself + (1 - share) x
/// the next one, the last with the first, as torchvision's references roll a batch. The share is drawn from Beta(alpha, alpha) for each
/// batch.
/// </summary>
internal static class Mixup
{
    public const string Labels = "labels", OtherLabels = "labels2", Share = "share";

    private const ulong Purpose = 0x6D69786570;

    /// <summary>The fields that mixing adds to those of a set.</summary>
    /// <exception cref="ArgumentException">The set has no integer labels, or a field by the name of an added one.</exception>
    public static SampleField[] Added(SampleSet set)
    {
        SampleField labels = set.Fields.FirstOrDefault(f => f.Name == Labels && f.Type == ElementType.Int32)
            ?? throw new ArgumentException($"{set.Name}: mixup needs an integer field '{Labels}', found {string.Join(", ", set.Fields)}");
        if (set.Fields.FirstOrDefault(f => f.Name is OtherLabels or Share) is { } taken)
            throw new ArgumentException($"{set.Name}: mixup adds a field '{taken.Name}', which the set has already");
        return [labels with { Name = OtherLabels }, new SampleField(Share, new Shape(1, 1, 1, 1))];
    }

    /// <summary>The share of a batch: depends on (seed, epoch, index) alone.</summary>
    public static float Draw(float alpha, ulong seed, int epoch, int index)
    {
        var random = new SplitMix64(seed, Purpose, (ulong)epoch, (ulong)index);
        // Logarithms, because for a small alpha both gammas may be too small for a double.
        double a = LogGamma(ref random, alpha), b = LogGamma(ref random, alpha);
        return (float)(1.0 / (1.0 + Math.Exp(b - a)));
    }

    /// <summary>Mixes a filled batch in place.</summary>
    /// <param name="batch">Its fields are the set's and those of <see cref="Added"/>.</param>
    /// <param name="share">Weight of a sample itself.</param>
    /// <param name="first">Room for the floats of one sample, those of its longest field.</param>
    public static void Mix(Batch batch, float share, float[] first)
    {
        int n = batch.Count;
        foreach (SampleField field in batch.Fields)
        {
            int length = field.Length;
            if (field.Name == Share)
                batch.Floats(Share).AsSpan(0, n).Fill(share);
            else if (field.Name == OtherLabels)
            {
                ReadOnlySpan<int> labels = batch.Integers(Labels).AsSpan(0, n * length);
                Span<int> other = batch.Integers(OtherLabels).AsSpan(0, n * length);
                labels[length..].CopyTo(other);
                labels[..length].CopyTo(other[((n - 1) * length)..]);
            }
            else if (field.Type == ElementType.Float32)
            {
                // Upwards, the next sample is still unmixed when it is needed, except the first for the last.
                Span<float> all = batch.Floats(field.Name);
                Span<float> kept = first.AsSpan(0, length);
                all[..length].CopyTo(kept);
                for (int i = 0; i < n; i++)
                {
                    Span<float> own = all.Slice(i * length, length);
                    ReadOnlySpan<float> next = i + 1 < n ? all.Slice((i + 1) * length, length) : kept;
                    TensorPrimitives.Multiply(own, share, own);
                    TensorPrimitives.MultiplyAdd(next, 1f - share, own, own);
                }
            }
        }
    }

    /// <summary>
    /// The logarithm of a Gamma(shape, 1) number (Marsaglia and Tsang, "A Simple Method for Generating Gamma Variables", 2000); below 1 by
    /// Gamma(shape) = Gamma(shape + 1) U^(1/shape).
    /// </summary>
    private static double LogGamma(ref SplitMix64 random, double shape)
    {
        double boost = shape < 1 ? Math.Log(Uniform(ref random)) / shape : 0;
        double d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3.0, c = 1.0 / Math.Sqrt(9.0 * d);
        while (true)
        {
            // Box and Muller's normal number.
            double x = Math.Sqrt(-2.0 * Math.Log(Uniform(ref random))) * Math.Cos(2.0 * Math.PI * Uniform(ref random));
            double v = 1.0 + c * x;
            if (v <= 0)
                continue;
            v = v * v * v;
            if (Math.Log(Uniform(ref random)) < 0.5 * x * x + d - d * v + d * Math.Log(v))
                return Math.Log(d * v) + boost;
        }
    }

    /// <summary>Uniform in (0, 1), never an end.</summary>
    private static double Uniform(ref SplitMix64 random) => ((random.NextUInt64() >> 12) + 0.5) * (1.0 / (1UL << 52));
}
