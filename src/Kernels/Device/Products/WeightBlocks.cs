namespace GpuNet.Kernels;

/// <summary>
/// Blocks of rows over which the gradient of weights is summed apart, so that there is work for a whole device, and how their sums are
/// added up: in a fixed order.
/// </summary>
internal sealed class WeightBlocks
{
    // Rows below which a block is not worth its partial sums.
    private const int LeastRows = 64;

    // Blocks that a thread adds up in less time than a group takes to meet, and weights, for each multiprocessor, that keep a GPU busy.
    private const int FewBlocks = 8;
    private const int BusyWeights = 256;

    private readonly int weights;
    private readonly ImagesCombine? tree;
    private readonly Kernel<View, View, int, int>? combine;

    /// <summary>Shares out lines of rows, and loads what adds up their sums.</summary>
    /// <param name="device">Device.</param>
    /// <param name="g">The product whose weights they are.</param>
    /// <param name="lines">Lines.</param>
    /// <param name="lineRows">Rows of a line.</param>
    /// <param name="wanted">Blocks that keep the device busy.</param>
    public WeightBlocks(Device device, ProductGeometry g, int lines, int lineRows, int wanted)
    {
        int least = (LeastRows + lineRows - 1) / lineRows;
        int most = Math.Clamp(wanted, 1, Math.Max(1, lines / least));
        Lines = (lines + most - 1) / most;
        Count = (lines + Lines - 1) / Lines;
        weights = g.Length * g.WeightPitch;
        if (Count == 1)
            return;
        // Many blocks of few weights are for groups to add up; elsewhere there are threads enough for one a weight.
        if (!device.Info.IsProcessor && Count > FewBlocks && weights < BusyWeights * device.Info.Multiprocessors)
            tree = new ImagesCombine(device, images: 1, Count, weights, factor: 1f);
        else
            combine = new(device, PartialSumKernels.Combine);
    }

    /// <summary>Blocks.</summary>
    public int Count { get; }

    /// <summary>Lines of each but the last.</summary>
    public int Lines { get; }

    /// <summary>Memory for their sums.</summary>
    public long WorkspaceElements => Count > 1 ? (long)Count * weights : 0;

    /// <summary>
    /// 1 where the sums are added to the gradient itself, 0 where they are written to the workspace, one block behind the other.
    /// </summary>
    public int AddFlag => Count > 1 ? 0 : 1;

    /// <summary>What receives the sums.</summary>
    public View Target(View dweight, View workspace) => Count > 1 ? workspace : dweight;

    /// <summary>Adds the sums to the gradient.</summary>
    public void Combine(View workspace, View dweight)
    {
        tree?.Run(workspace, dweight, add: 1);
        combine?.Run(weights, workspace, dweight, weights, Count);
    }
}
