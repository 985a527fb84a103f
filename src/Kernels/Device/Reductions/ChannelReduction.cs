namespace GpuNet.Kernels;

/// <summary>
/// Sums over the rows of each image for each channel, loaded for given extents. Where an image has more rows than keep a group busy, they
/// are sums of blocks of rows, which a second kernel combines: <see cref="ImagesCombine"/>, <see cref="SumsCombine"/> or
/// <see cref="MomentsCombine"/>.
/// </summary>
internal sealed class ChannelReduction
{
    // GPUs take no more groups on the second and third axis of a grid.
    private const int MostGroups = 65535;

    // So many groups on each multiprocessor hide the latency of memory, and even out where they end.
    private const int GroupsOfMultiprocessor = 8;

    // Below so many rows a thread or a processor's part does little besides meeting the others.
    private const int LeastRowsOfThread = 8, LeastRowsOfPart = 32;

    // Sums of more rows, four at a time, would lose digits.
    private const int MostRowsOfPart = 512;

    private readonly Kernel<View, View, View, View, View, View, View, ReductionGeometry, int> kernel;
    private readonly ReductionGeometry geometry;
    private readonly GroupCount groups;

    private ChannelReduction(Kernel<View, View, View, View, View, View, View, ReductionGeometry, int> kernel, ReductionGeometry geometry, GroupCount groups) =>
        (this.kernel, this.geometry, this.groups) = (kernel, geometry, groups);

    /// <summary>Blocks of rows of an image.</summary>
    public int Blocks => geometry.Blocks;

    /// <summary>Whether a grid has room for the images.</summary>
    public static bool FitsGrid(int images) => images <= MostGroups;

    /// <summary>Loads a reduction.</summary>
    /// <param name="device">Device.</param>
    /// <param name="images">Images.</param>
    /// <param name="rows">Rows of an image.</param>
    /// <param name="channels">Channels of a row.</param>
    /// <param name="factor">What the sums of an image in one block are multiplied by.</param>
    /// <param name="type">How the first tensor lies in memory.</param>
    public static ChannelReduction Of<TSummand>(
        Device device, int images, int rows, int channels, float factor = 1f, ElementType type = ElementType.Float32)
        where TSummand : unmanaged, ISummand => new Binder<TSummand>(device, images, rows, channels, factor, type).Bind(device, channels);

    /// <summary>Queues the reduction. Numbers of channels and a tensor that the summand does not take may be any views.</summary>
    /// <param name="x">First tensor.</param>
    /// <param name="dy">Second tensor.</param>
    /// <param name="f0">First numbers of the channels.</param>
    /// <param name="f1">Second numbers of the channels.</param>
    /// <param name="f2">Third numbers of the channels.</param>
    /// <param name="f3">Fourth numbers of the channels.</param>
    /// <param name="sums">Receives the sums [images, blocks, channels], then the second ones; of moments what <see cref="Moments"/> says.</param>
    /// <param name="add">1 to add to what is there, with a factor of 1 only.</param>
    public void Run(View x, View dy, View f0, View f1, View f2, View f3, View sums, int add = 0) =>
        kernel.Run(groups, x, dy, f0, f1, f2, f3, sums, geometry, add);

    private sealed class Binder<TSummand>(Device device, int images, int rows, int channels, float factor, ElementType type) : IReductionBinder<ChannelReduction>
        where TSummand : unmanaged, ISummand
    {
        public ChannelReduction Bind<TGroup, TAccess>()
            where TGroup : unmanaged, IReductionGroup
            where TAccess : unmanaged, IVectorAccess
        {
            bool strips = TGroup.Size == 1;
            int width = strips ? ReductionKernels.StripChannels : 4 * TGroup.Lanes, tiles = (channels + width - 1) / width;
            int least = strips ? LeastRowsOfPart : LeastRowsOfThread * (TGroup.Size / TGroup.Lanes);
            long wanted = (GroupsOfMultiprocessor * (long)Math.Max(1, device.Info.Multiprocessors) / ((long)tiles * images)) + 1;
            if (strips)
                wanted = Math.Max(wanted, rows / MostRowsOfPart);
            int blocks = (int)Math.Clamp(Math.Min(wanted, rows / least), 1, MostGroups);
            var geometry = new ReductionGeometry(images, rows, channels, (rows + blocks - 1) / blocks, blocks == 1 ? factor : 1f);
            return new ChannelReduction(
                type == ElementType.Bfloat16 ? Load<TGroup, Bfloat16Vectors, TAccess>() : Load<TGroup, TAccess, TAccess>(),
                geometry, new GroupCount(tiles, geometry.Blocks, images));
        }

        private Kernel<View, View, View, View, View, View, View, ReductionGeometry, int> Load<TGroup, TIn, TAccess>()
            where TGroup : unmanaged, IReductionGroup
            where TIn : unmanaged, IVectorAccess
            where TAccess : unmanaged, IVectorAccess => TGroup.Size == 1
            ? new(device, ReductionKernels.Strips<TIn, TAccess, TSummand>, 1)
            : new(device, ReductionKernels.Tree<TGroup, TIn, TAccess, TSummand>, TGroup.Size);
    }
}
