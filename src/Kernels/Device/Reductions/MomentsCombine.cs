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
        (kernel, int width) = new Binder(device).Bind(device, moments.Channels);
        groups = new GroupCount((moments.Channels + width - 1) / width);
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
        View moments, View reference, View weight, View bias, View mean, View inverse, View runningMean, View runningVariance, View factors) =>
        Run(moments, reference, weight, bias, mean, inverse, runningMean, runningVariance, factors, 1);

    // The counts stand behind whole vectors and are no multiple of four.
    private void Run(
        View moments, View reference, View weight, View bias, View mean, View inverse, View runningMean, View runningVariance, View factors,
        int hasReference) =>
        kernel.Run(groups, moments.SubView(0, layout.Counts), moments.SubView(layout.Counts, layout.Blocks), reference, weight, bias, mean, inverse,
            runningMean, runningVariance, factors, geometry, hasReference);

    private sealed class Binder(Device device)
        : IReductionBinder<(Kernel<View, View, View, View, View, View, View, View, View, View, CombineGeometry, int> Kernel, int Width)>
    {
        public (Kernel<View, View, View, View, View, View, View, View, View, View, CombineGeometry, int> Kernel, int Width) Bind<TGroup, TAccess>()
            where TGroup : unmanaged, IReductionGroup
            where TAccess : unmanaged, IVectorAccess => (new(device, CombineKernels.Moments<TGroup, TAccess>, TGroup.Size), 4 * TGroup.CombineLanes);
    }
}
