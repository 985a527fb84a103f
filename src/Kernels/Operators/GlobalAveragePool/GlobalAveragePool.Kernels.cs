using ILGPU;

namespace GpuNet.Kernels;

internal static class GlobalAveragePoolKernels
{
    // A thread owns y[n,c] and walks the pixels, adding up runs of 32 first to keep the rounding error of large images small.
    // Nothing is shared; loads are contiguous in c.
    public static void Forward<TIn>(View x, View y, int images, int pixels, int channels)
        where TIn : unmanaged, IVectorAccess
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= images * channels)
            return;
        int c = i % channels;
        int n = i / channels;
        float sum = 0f;
        for (int start = 0; start < pixels; start += 32)
        {
            int end = start + 32 < pixels ? start + 32 : pixels;
            float run = 0f;
            for (int pixel = start; pixel < end; pixel++)
                run += TIn.Get(x, (((n * pixels) + pixel) * channels) + c);
            sum += run;
        }
        y[i] = sum / pixels;
    }

    // A thread owns dx[n,h,w,c]. Nothing is shared; loads and stores are contiguous in c.
    public static void Backward(View dy, View dx, int count, int pixels, int channels, int add)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= count)
            return;
        int c = i % channels;
        int n = i / channels / pixels;
        float value = dy[(n * channels) + c] / pixels;
        dx[i] = add != 0 ? dx[i] + value : value;
    }

    // A thread owns four neighbouring channels of dx in some rows (see ElementwiseGeometry), and images lie on the grid's second axis.
    // Nothing is shared; an image's row of dy stays in the cache.
    [HotKernel(VectorLoads = true)]
    public static void Spread<TAccess>(View dy, View dx, ElementwiseGeometry g, float share, int add)
        where TAccess : unmanaged, IVectorAccess
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
                int at = (((Grid.IdxY * g.Rows) + row) * g.Channels) + c;
                Float4 value = share * TAccess.Load(dy, (Grid.IdxY * g.Channels) + c, count);
                if (add != 0)
                    value = TAccess.Load(dx, at, count) + value;
                TAccess.Store(dx, at, value, count);
            }
        }
    }
}
