using ILGPU;

namespace GpuNet.Kernels;

internal static class ChannelScaleKernels
{
    // A thread owns y[n,h,w,c]. Nothing is shared; loads and stores are contiguous in c. Backward-data is the same with dy for x.
    public static void Scale(View x, View gate, View y, int count, int pixels, int channels, int add)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= count)
            return;
        int n = i / channels / pixels;
        float value = x[i] * gate[(n * channels) + (i % channels)];
        y[i] = add != 0 ? y[i] + value : value;
    }

    // A thread owns ds[n,c] and walks the pixels, adding up runs of 32 first to keep the rounding error of large images small.
    // Nothing is shared; loads are contiguous in c.
    public static void BackwardGate(View x, View dy, View dgate, int count, int pixels, int channels, int add)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= count)
            return;
        int c = i % channels;
        int n = i / channels;
        float sum = 0f;
        for (int start = 0; start < pixels; start += 32)
        {
            int end = start + 32 < pixels ? start + 32 : pixels;
            float run = 0f;
            for (int pixel = start; pixel < end; pixel++)
            {
                int at = (((n * pixels) + pixel) * channels) + c;
                run += dy[at] * x[at];
            }
            sum += run;
        }
        dgate[i] = add != 0 ? dgate[i] + sum : sum;
    }
}
