using ILGPU;

namespace GpuNet.Kernels;

/// <summary>The gradient of a bias: the sum of the output's gradient over all rows of channel vectors.</summary>
internal static class ChannelSumKernels
{
    // A thread owns dbias[c] and walks the rows in order. Nothing is shared; loads are contiguous in c.
    public static void Add(View dy, View dbias, int rows, int channels)
    {
        int c = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (c >= channels)
            return;
        float sum = 0f;
        for (int row = 0; row < rows; row++)
            sum += dy[(row * channels) + c];
        dbias[c] += sum;
    }
}
