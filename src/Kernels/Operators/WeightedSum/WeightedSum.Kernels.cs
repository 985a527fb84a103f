using ILGPU;

namespace GpuNet.Kernels;

internal static class WeightedSumKernels
{
    // A thread owns y[i]. Nothing is shared; loads and stores are contiguous.
    public static void Plain(View a, View b, View c, View d, View y, SumTerms t)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= t.Count)
            return;
        float sum = t.WeightA * a[i];
        if (t.Terms > 1)
            sum += t.WeightB * b[i];
        if (t.Terms > 2)
            sum += t.WeightC * c[i];
        if (t.Terms > 3)
            sum += t.WeightD * d[i];
        if (t.Adds != 0)
            sum += y[i];
        y[i] = sum;
    }

    // A thread owns four neighbouring elements. Nothing is shared; loads and stores are contiguous.
    [HotKernel(VectorLoads = true)]
    public static void Vector<TAccess>(View a, View b, View c, View d, View y, SumTerms t)
        where TAccess : unmanaged, IVectorAccess
    {
        int i = ((Grid.IdxX * Group.DimX) + Group.IdxX) * 4;
        int left = t.Count - i;
        if (left <= 0)
            return;
        Float4 sum = t.WeightA * TAccess.Load(a, i, left);
        if (t.Terms > 1)
            sum += t.WeightB * TAccess.Load(b, i, left);
        if (t.Terms > 2)
            sum += t.WeightC * TAccess.Load(c, i, left);
        if (t.Terms > 3)
            sum += t.WeightD * TAccess.Load(d, i, left);
        if (t.Adds != 0)
            sum += TAccess.Load(y, i, left);
        TAccess.Store(y, i, sum, left);
    }
}

/// <summary>Up to four terms of a sum, by value.</summary>
internal readonly struct SumTerms
{
    /// <summary>Most terms of a launch.</summary>
    public const int Most = 4;

    /// <summary>Elements of each tensor, terms, and whether they are added to what is there.</summary>
    public readonly int Count, Terms, Adds;

    /// <summary>The terms' weights.</summary>
    public readonly float WeightA, WeightB, WeightC, WeightD;

    /// <summary>Collects them.</summary>
    public SumTerms(int count, ReadOnlySpan<float> weights, bool adds)
    {
        (Count, Terms, Adds) = (count, weights.Length, adds ? 1 : 0);
        WeightA = weights[0];
        WeightB = weights.Length > 1 ? weights[1] : 0;
        WeightC = weights.Length > 2 ? weights[2] : 0;
        WeightD = weights.Length > 3 ? weights[3] : 0;
    }
}
