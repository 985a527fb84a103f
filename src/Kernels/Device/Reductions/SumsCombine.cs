namespace GpuNet.Kernels;

/// <summary>
/// Ends the sums that a norm's gradients are made of: Σdz and Σdz·x̂ of blocks of rows become totals, which are also the gradients of bias
/// and weight. One launch, in a fixed order.
/// </summary>
internal sealed class SumsCombine
{
    private readonly Kernel<View, View, View, View, CombineGeometry, int, int> kernel;
    private readonly CombineGeometry geometry;
    private readonly GroupCount groups;

    /// <summary>Loads the kernel.</summary>
    /// <param name="device">Device.</param>
    /// <param name="blocks">Blocks of rows.</param>
    /// <param name="channels">Channels.</param>
    public SumsCombine(Device device, int blocks, int channels)
    {
        geometry = new CombineGeometry(blocks, channels);
        var group = ReductionGroup.For(device);
        kernel = new(device, Policies.Close(CombineKernels.Sums<OneThread, Vectors>, group.Policy, Access.Policy(channels % 4 == 0)),
            group.Size);
        groups = new GroupCount(group.CombineGroups(channels));
    }

    /// <summary>Queues the kernel.</summary>
    /// <param name="sums">Sums [2, blocks, channels]: those of dz, then those of dz·x̂.</param>
    /// <param name="totals">Receives their totals [2, channels].</param>
    /// <param name="dweight">Gradient of the weight, which the second total is added to; none if it is not wanted.</param>
    /// <param name="dbias">Gradient of the bias, which the first total is added to; none if it is not wanted.</param>
    public void Run(View sums, View totals, Tensor dweight, Tensor dbias) =>
        kernel.Run(groups, sums, totals, dweight.IsNone ? sums : dweight.View, dbias.IsNone ? sums : dbias.View, geometry,
            dweight.IsNone ? 0 : 1, dbias.IsNone ? 0 : 1);
}
