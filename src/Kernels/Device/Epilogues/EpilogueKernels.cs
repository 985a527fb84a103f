using ILGPU;
using ILGPU.Algorithms;

namespace GpuNet.Kernels;

internal static class EpilogueKernels
{
    // A thread owns the folded weight i; k runs fastest in every filter. The first threads own a folded bias each. Nothing is shared;
    // loads and stores are contiguous.
    public static void FoldNorm(
        View weight, View bias, View normWeight, View normBias, View mean, View variance, View folded, NormFolding g)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= g.Weights)
            return;
        int k = i % g.Channels;
        float scale = normWeight[k] / XMath.Sqrt(variance[k] + g.Epsilon);
        folded[i] = weight[i] * scale;
        if (i >= g.Channels)
            return;
        float start = g.HasBias != 0 ? bias[i] : 0f;
        folded[g.Bias + i] = ((start - mean[i]) * scale) + normBias[i];
    }

    // What becomes of a sum, of which the bias is already a part; i counts the elements of the result, and so of the residual.
    public static float Finish<TActivation, TOut>(float sum, View residual, int i, EpilogueGeometry e)
        where TActivation : unmanaged, IActivation
        where TOut : unmanaged, IVectorAccess
    {
        float added = 0f;
        if (e.AddsBefore != 0 || e.AddsAfter != 0)
            added = TOut.Get(residual, i);
        float value = TActivation.Forward(e.AddsBefore != 0 ? sum + added : sum);
        return e.AddsAfter != 0 ? value + added : value;
    }
}
