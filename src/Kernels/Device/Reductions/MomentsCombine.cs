namespace GpuNet.Kernels;

/// <summary>
/// Ends the statistics of a batch: the <see cref="Moments"/> of blocks of rows become mean and inverse deviation, move the running
/// statistics as PyTorch does, and give the factors of a <see cref="NormPrologue{TActivation}"/>. One launch, in a fixed order.
/// </summary>
internal sealed class MomentsCombine
{
    private readonly Kernel<View, View, View, View, View, View, View, View, View, View, CombineGeometry, int> kernel;
    private readonly Moments layout;
    private readonly CombineGeometry geometry;
    private readonly GroupCount groups;

    /// <summary>Loads the kernel.</summary>
    /// <param name="device">Device.</param>
    /// <param name="moments">Blocks and channels.</param>
    /// <param name="rows">Rows of all blocks together, at least 2.</param>
    /// <param name="epsilon">What is added to the variance.</param>
    /// <param name="momentum">The share of a batch in the running statistics.</param>
    public MomentsCombine(Device device, Moments moments, int rows, float epsilon, float momentum)
    {
        layout = moments;
        geometry = new CombineGeometry(moments.Blocks, moments.Channels, rows, epsilon: epsilon, momentum: momentum);
        var group = ReductionGroup.For(device);
        kernel = new(device, Policies.Close(
            CombineKernels.Moments<OneThread, Vectors>, group.Policy, Access.Policy(moments.Channels % 4 == 0)), group.Size);
        groups = new GroupCount(group.CombineGroups(moments.Channels));
    }

    /// <summary>Queues the kernel.</summary>
    /// <param name="moments">Means, squared deviations and counts of the blocks.</param>
    /// <param name="weight">The norm's weight.</param>
    /// <param name="bias">The norm's bias.</param>
    /// <param name="mean">Receives the mean.</param>
    /// <param name="inverse">Receives 1/√(σ² + ε).</param>
    /// <param name="runningMean">Moves towards the mean.</param>
    /// <param name="runningVariance">Moves towards the variance.</param>
    /// <param name="factors">Receives a row of scales, weight·inverse, then one of shifts, bias − mean·scale.</param>
    public void Run(View moments, View weight, View bias, View mean, View inverse, View runningMean, View runningVariance, View factors) =>
        Run(moments, weight, weight, bias, mean, inverse, runningMean, runningVariance, factors, 0);

    /// <summary>Queues the kernel for means that are told apart from a reference, so that a large one costs no digits.</summary>
    /// <param name="moments">Means less the reference, squared deviations and counts of the blocks.</param>
    /// <param name="reference">A number for each channel.</param>
    /// <param name="weight">The norm's weight.</param>
    /// <param name="bias">The norm's bias.</param>
    /// <param name="mean">Receives the mean.</param>
    /// <param name="inverse">Receives 1/√(σ² + ε).</param>
    /// <param name="runningMean">Moves towards the mean.</param>
    /// <param name="runningVariance">Moves towards the variance.</param>
    /// <param name="factors">Receives a row of scales, weight·inverse, then one of shifts, bias − mean·scale.</param>
    public void Run(
        View moments, View reference, View weight, View bias, View mean, View inverse, View runningMean, View runningVariance,
        View factors) =>
        Run(moments, reference, weight, bias, mean, inverse, runningMean, runningVariance, factors, 1);

    // The counts stand behind whole vectors and are no multiple of four.
    private void Run(
        View moments, View reference, View weight, View bias, View mean, View inverse, View runningMean, View runningVariance,
        View factors, int hasReference) =>
        kernel.Run(groups, moments.SubView(0, layout.Counts), moments.SubView(layout.Counts, layout.Blocks), reference, weight, bias, mean,
            inverse, runningMean, runningVariance, factors, geometry, hasReference);
}

/// <summary>
/// Where the kernel that makes a tensor leaves what a batch norm needs of it: for each block of pixels the mean of a channel, and its
/// squared deviations from that mean, which blocks of any size can be merged from (Chan et al. 1983) without a large mean swallowing
/// the variance. Layout: means [blocks, channels], squared deviations [blocks, channels], pixels of a block [blocks].
/// </summary>
/// <param name="Blocks">Blocks of pixels.</param>
/// <param name="Channels">Channels.</param>
internal readonly record struct Moments(int Blocks, int Channels)
{
    /// <summary>Elements of the whole.</summary>
    public long Elements => ((2L * Channels) + 1) * Blocks;

    /// <summary>Where the squared deviations begin.</summary>
    public int Squares => Blocks * Channels;

    /// <summary>Where the counts begin.</summary>
    public int Counts => 2 * Blocks * Channels;
}
