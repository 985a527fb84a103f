using System.Runtime.CompilerServices;

namespace GpuNet.Kernels.Host;

/// <summary>
/// Moments of blocks of rows on their way to those of all rows. With block means m_i of n_i rows, δ_i = m_i − r for an r near them, and
/// N = Σ n_i: μ = r + Σ n_i·δ_i/N and Σ(x − μ)² = Σ_i Σ(x − m_i)² + Σ n_i·δ_i² − (Σ n_i·δ_i)²/N (Chan et al. 1983).
/// </summary>
/// <param name="reference">r.</param>
internal struct MergedMoments<T>(T reference)
    where T : unmanaged, ILanes<T>
{
    private T sum = T.Create(0), between = T.Create(0), within = T.Create(0);

    /// <summary>Takes a block in.</summary>
    /// <param name="rows">n_i.</param>
    /// <param name="blockReference">A number near m_i.</param>
    /// <param name="shift">m_i less that number; rounded to one number, m_i would lose the differences between blocks.</param>
    /// <param name="squares">Σ(x − m_i)².</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(float rows, T blockReference, T shift, T squares)
    {
        T d = (blockReference - reference) + shift, weighted = T.Create(rows) * d;
        sum += weighted;
        between = T.MultiplyAdd(weighted, d, between);
        within += squares;
    }

    /// <summary>μ, the part of it that is lost in rounding, and Σ(x − μ)².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly (T Mean, T Lost, T Squares) Total(int rows)
    {
        T shift = sum * T.Create(1f / rows), mean = reference + shift;
        return (mean, (reference - mean) + shift, T.Max(within + (between - (sum * shift)), T.Create(0)));
    }
}

/// <summary>The formulas of a batch norm, lane by lane, for host code that gathers sums in one way or another.</summary>
internal static class NormFormulas
{
    /// <summary>1 / √(σ² + ε).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T InverseDeviation<T>(T variance, float epsilon)
        where T : unmanaged, ILanes<T> => T.Create(1) / T.Sqrt(variance + T.Create(epsilon));

    /// <summary>A running statistic after a batch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Track<T>(T running, T batch, float momentum)
        where T : unmanaged, ILanes<T> => T.MultiplyAdd(T.Create(momentum), batch, T.Create(1f - momentum) * running);

    /// <summary>
    /// What the batch's own statistics add to the input's gradient, dx = dz·scale + (x − μ)·slope + offset:
    /// slope = −scale/N · Σ dz·(x − μ) / (σ² + ε), offset = −scale/N · Σ dz.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (T Slope, T Offset) Backward<T>(T scale, T inverse, T sum, T products, int rows)
        where T : unmanaged, ILanes<T>
    {
        T share = scale * T.Create(-1f / rows);
        return (share * (inverse * inverse) * products, share * sum);
    }
}
