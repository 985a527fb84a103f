using ILGPU;
using ILGPU.Algorithms;

namespace GpuNet.Kernels;

internal static class NormVectorKernels
{
    // A thread owns the inverse deviation and the scale of a channel, from running statistics. Nothing is shared; accesses are contiguous.
    public static void Freeze(View weight, View variance, View inverse, View scale, int channels, float epsilon)
    {
        int c = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (c >= channels)
            return;
        float deviation = 1f / XMath.Sqrt(variance[c] + epsilon);
        inverse[c] = deviation;
        scale[c] = weight[c] * deviation;
    }

    // A thread owns four neighbouring channels of dx in some rows (see ElementwiseGeometry). Nothing is shared; neighbouring threads read
    // neighbouring vectors, and the rows of statistics stay in the cache. With the sums times `share`, which is 0 where they take no part.
    [HotKernel(VectorLoads = true)]
    public static void BackwardData<TAccess, TActivation>(
        View x, View dy, View mean, View inverse, View weight, View bias, View totals, View dx, ElementwiseGeometry g, float share,
        int add)
        where TAccess : unmanaged, IVectorAccess
        where TActivation : unmanaged, IActivation
    {
        int thread = (Grid.IdxX * Group.DimX) + Group.IdxX;
        int block = thread / g.Lanes;
        if (block >= g.Blocks)
            return;
        int start = (thread - (block * g.Lanes)) * 4;
        int end = ElementwiseKernels.End(block, g);
        for (int row = block * g.Run; row < end; row += g.Step)
        {
            for (int c = start; c < g.Channels; c += 4 * g.Lanes)
            {
                int count = g.Channels - c;
                int at = (row * g.Channels) + c;
                Float4 deviation = TAccess.Load(inverse, c, count), scale = TAccess.Load(weight, c, count);
                Float4 normal = (TAccess.Load(x, at, count) - TAccess.Load(mean, c, count)) * deviation;
                Float4 z = (scale * normal) + TAccess.Load(bias, c, count);
                Float4 value = TAccess.Load(dy, at, count) * Float4.Gradient<TActivation>(z);
                if (share != 0f)
                    value -= share * (TAccess.Load(totals, c, count) + (normal * TAccess.Load(totals, g.Channels + c, count)));
                value = (scale * deviation) * value;
                if (add != 0)
                    value = TAccess.Load(dx, at, count) + value;
                TAccess.Store(dx, at, value, count);
            }
        }
    }
}
