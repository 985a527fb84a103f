using ILGPU;

namespace GpuNet.Kernels;

internal static class ConcatKernels
{
    // A thread owns y[row, offset + c] of one input's slice. Nothing is shared; loads and stores are contiguous in c.
    public static void Forward(View x, View y, int count, int channels, int allChannels, int offset)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= count)
            return;
        int row = i / channels;
        y[(row * allChannels) + offset + i - (row * channels)] = x[i];
    }

    // A thread owns dx[row, c] of one input. Nothing is shared; loads and stores are contiguous in c.
    public static void Backward(View dy, View dx, int count, int channels, int allChannels, int offset, int add)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= count)
            return;
        int row = i / channels;
        float value = dy[(row * allChannels) + offset + i - (row * channels)];
        dx[i] = add != 0 ? dx[i] + value : value;
    }
}
