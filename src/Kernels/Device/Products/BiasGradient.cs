
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
