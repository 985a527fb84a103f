using ILGPU;

namespace GpuNet.Kernels;

/// <summary>Sums over rows in two levels: blocks of rows apart from each other, then the blocks in order.</summary>
internal static class PartialSumKernels
{
    // A thread owns the sum of a channel over a block of rows. Nothing is shared; loads are contiguous in c.
    public static void Rows(View dy, View partials, int rows, int channels, int blockRows)
    {
        int c = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (c >= channels)
            return;
        int row = Grid.IdxY * blockRows;
        int end = row + blockRows < rows ? row + blockRows : rows;
        float sum = 0f;
        for (; row < end; row++)
            sum += dy[(row * channels) + c];
        partials[(Grid.IdxY * channels) + c] = sum;
    }

    // A thread owns an element and adds its blocks in order. Nothing is shared; loads are contiguous.
    public static void Combine(View partials, View target, int elements, int blocks)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= elements)
            return;
        float sum = 0f;
        for (int block = 0; block < blocks; block++)
            sum += partials[(block * elements) + i];
        target[i] += sum;
    }
}
