namespace GpuNet.Kernels;

/// <summary>Mean and squared deviations, with d = x − r for a reference r of the channel: Σd and Σd².</summary>
internal readonly struct Deviations : ISummand
{
    public static bool HasSecond => true;

    public static bool ReadsGradient => false;

    public static int Factors => 1;

    public static bool AreMoments => true;

    public static SumPair Of(Float4 x, Float4 dy, Float4 f0, Float4 f1, Float4 f2, Float4 f3)
    {
        Float4 d = x - f0;
        return new SumPair(d, d * d);
    }
}

/// <summary>Σdz and Σdz·x̂; the numbers of a channel are mean, inverse deviation, weight and bias.</summary>
internal readonly struct NormGradients<TActivation> : ISummand
    where TActivation : unmanaged, IActivation
{
    public static bool HasSecond => true;

    public static bool ReadsGradient => true;

    public static int Factors => 4;

    public static bool AreMoments => false;

    public static SumPair Of(Float4 x, Float4 dy, Float4 f0, Float4 f1, Float4 f2, Float4 f3)
    {
        Float4 normal = (x - f0) * f1, z = (f2 * normal) + f3;
        Float4 dz = dy * Float4.Gradient<TActivation>(z);
        return new SumPair(dz, dz * normal);
    }
}
