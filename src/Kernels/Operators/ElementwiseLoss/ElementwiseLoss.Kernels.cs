using ILGPU;

namespace GpuNet.Kernels;

internal static class ElementwiseLossKernels
{
    // A thread owns dx[i]. Nothing is shared; loads and stores are contiguous. What has no weight has no gradient, whatever it holds.
    public static void Backward<TLoss>(
        View x, View target, View weights, View divisor, View dy, View dx, int count, float delta, int weighted, int add)
        where TLoss : unmanaged, ILoss
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= count)
            return;
        float weight = weighted != 0 ? weights[i] : 1f;
        float value = 0f;
        if (weight != 0f)
            value = weight * TLoss.Slope(x[i], target[i], delta) * dy[0] / divisor[0];
        dx[i] = add != 0 ? dx[i] + value : value;
    }
}

/// <summary>The loss of an element.</summary>
internal readonly struct LossTerm<TLoss> : IMeanTerm
    where TLoss : unmanaged, ILoss
{
    public static float Weight(View weights, int i) => 1f;

    public static float Value(View x, View target, int i, float weight, float delta) => TLoss.Value(x[i], target[i], delta);
}

/// <summary>The loss of an element times its weight; nothing without one, whatever the element holds.</summary>
internal readonly struct WeightedLossTerm<TLoss> : IMeanTerm
    where TLoss : unmanaged, ILoss
{
    public static float Weight(View weights, int i) => weights[i];

    public static float Value(View x, View target, int i, float weight, float delta) =>
        weight != 0f ? weight * TLoss.Value(x[i], target[i], delta) : 0f;
}
