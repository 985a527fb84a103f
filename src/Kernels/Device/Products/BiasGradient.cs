using ILGPU;

namespace GpuNet.Kernels;

/// <summary>The gradient of a bias: sums over blocks of rows, then over the blocks in order.</summary>
internal sealed class BiasGradient
{
    private readonly Kernel<View, View, int, int, int> sum;
    private readonly Kernel<View, View, int, int> combine;
    private readonly int rows, channels, blockRows, blocks;
    private readonly GroupCount groups;

    public BiasGradient(Device device, int rows, int channels)
    {
        (this.rows, this.channels) = (rows, channels);
        sum = new(device, PartialSumKernels.Rows);
        combine = new(device, PartialSumKernels.Combine);
        // √rows makes the walk over a block's rows and the one over the blocks equally long.
        blockRows = Math.Max(1, (int)Math.Sqrt(rows));
        blocks = (rows + blockRows - 1) / blockRows;
        groups = new GroupCount((channels + sum.GroupSize - 1) / sum.GroupSize, blocks);
    }

    /// <summary>Memory for the blocks' sums.</summary>
    public long WorkspaceElements => (long)blocks * channels;

    /// <summary>Adds the sums over the rows of <paramref name="dy"/> to <paramref name="dbias"/>.</summary>
    public void Run(View dy, View dbias, View workspace)
    {
        sum.Run(groups, dy, workspace, rows, channels, blockRows);
        combine.Run(channels, workspace, dbias, channels, blocks);
    }
}

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
