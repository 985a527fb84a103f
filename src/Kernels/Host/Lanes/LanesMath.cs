using System.Runtime.CompilerServices;

namespace GpuNet.Kernels.Host;

/// <summary>Functions that are the same arithmetic, bit for bit, at every width.</summary>
internal static class LanesMath
{
    // Adding 1.5·2^23 rounds to an integer, because a float of that size has no digits behind the point.
    private const float Rounder = 12582912f;
    private const float BaseTwoOfE = 1.44269504f;

    // ln 2 in two pieces; the first has few enough digits for its multiples to be exact.
    private const float LnTwoHigh = 0.693359375f, LnTwoLow = -2.12194440e-4f;

    // Beyond these the result is 0 or infinite.
    private const float Lowest = -104f, Highest = 89f;

    private const float E2 = 5.0000001201e-1f, E3 = 1.6666665459e-1f, E4 = 4.1665795894e-2f;
    private const float E5 = 8.3334519073e-3f, E6 = 1.3981999507e-3f, E7 = 1.9875691500e-4f;

    /// <summary>
    /// e^x = 2^n · e^r with n = round(x / ln 2) and |r| ≤ ln 2 / 2, the latter by Cephes' polynomial (Moshier, expf): all in float32,
    /// where the framework's own goes through double. The error is below 2 units in the last place.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Exp<T>(T x)
        where T : unmanaged, ILanes<T>
    {
        // By comparisons rather than Min and Max, which cost thrice as much because they order zeros and quiet NaNs.
        x = T.WhereGreater(x, T.Create(Highest), T.Create(Highest), x);
        x = T.WhereGreater(T.Create(Lowest), x, T.Create(Lowest), x);
        T n = T.MultiplyAdd(x, T.Create(BaseTwoOfE), T.Create(Rounder)) - T.Create(Rounder);
        T r = T.MultiplyAdd(n, T.Create(-LnTwoHigh), x);
        r = T.MultiplyAdd(n, T.Create(-LnTwoLow), r);
        T p = T.MultiplyAdd(T.Create(E7), r, T.Create(E6));
        p = T.MultiplyAdd(p, r, T.Create(E5));
        p = T.MultiplyAdd(p, r, T.Create(E4));
        p = T.MultiplyAdd(p, r, T.Create(E3));
        p = T.MultiplyAdd(p, r, T.Create(E2));
        p = T.MultiplyAdd(p, r * r, r) + T.Create(1f);
        return T.TimesPowerOfTwo(p, n);
    }
}
