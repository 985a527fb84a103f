namespace GpuNet.Kernels;

/// <summary>Adds up the blocks of each image, where a <see cref="ChannelReduction"/> has several.</summary>
internal sealed class ImagesCombine
{
    private readonly Kernel<View, View, CombineGeometry, int> kernel;
    private readonly CombineGeometry geometry;
    private readonly GroupCount groups;

    /// <summary>Loads the kernel.</summary>
    /// <param name="device">Device.</param>
    /// <param name="images">Images.</param>
    /// <param name="blocks">Blocks of an image.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="factor">What the sums are multiplied by.</param>
    public ImagesCombine(Device device, int images, int blocks, int channels, float factor)
    {
        geometry = new CombineGeometry(blocks, channels, factor: factor);
        (kernel, int width) = new Binder(device).Bind(device, channels);
        groups = new GroupCount((channels + width - 1) / width, images);
    }

    /// <summary>Queues the kernel.</summary>
    /// <param name="sums">Sums [images, blocks, channels].</param>
    /// <param name="target">Receives the sums [images, channels].</param>
    /// <param name="add">1 to add to what is there.</param>
    public void Run(View sums, View target, int add) => kernel.Run(groups, sums, target, geometry, add);

    private sealed class Binder(Device device) : IReductionBinder<(Kernel<View, View, CombineGeometry, int> Kernel, int Width)>
    {
        public (Kernel<View, View, CombineGeometry, int> Kernel, int Width) Bind<TGroup, TAccess>()
            where TGroup : unmanaged, IReductionGroup
            where TAccess : unmanaged, IVectorAccess => (new(device, CombineKernels.Images<TGroup, TAccess>, TGroup.Size), 4 * TGroup.CombineLanes);
    }
}
