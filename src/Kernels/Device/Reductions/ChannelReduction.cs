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

    /// <summary>Shares the rows out and loads the kernel.</summary>
    /// <param name="device">Device.</param>
    /// <param name="images">Images.</param>
    /// <param name="rows">Rows of an image.</param>
    /// <param name="channels">Channels of a row.</param>
    /// <param name="summand">What is summed: an <see cref="ISummand"/>.</param>
    /// <param name="factor">What the sums of an image in one block are multiplied by.</param>
    /// <param name="type">How the first tensor lies in memory.</param>
    public ChannelReduction(
        Device device, int images, int rows, int channels, Type summand, float factor = 1f, ElementType type = ElementType.Float32)
    {
        var group = ReductionGroup.For(device);
        bool strips = group.Size == 1, vectors = channels % 4 == 0;
        int width = strips ? ReductionKernels.StripChannels : 4 * group.Lanes, tiles = (channels + width - 1) / width;
        int least = strips ? LeastRowsOfPart : LeastRowsOfThread * (group.Size / group.Lanes);
        long wanted = (GroupsOfMultiprocessor * (long)Math.Max(1, device.Info.Multiprocessors) / ((long)tiles * images)) + 1;
        if (strips)
            wanted = Math.Max(wanted, rows / MostRowsOfPart);
        int blocks = (int)Math.Clamp(Math.Min(wanted, rows / least), 1, MostGroups);
        geometry = new ReductionGeometry(images, rows, channels, (rows + blocks - 1) / blocks, blocks == 1 ? factor : 1f);
        groups = new GroupCount(tiles, geometry.Blocks, images);
        Type input = Access.Policy(vectors, type), access = Access.Policy(vectors);
        kernel = new(device, strips
            ? Policies.Close(ReductionKernels.Strips<Vectors, Vectors, Values>, input, access, summand)
            : Policies.Close(ReductionKernels.Tree<Threads256, Vectors, Vectors, Values>, group.Policy, input, access, summand),
            group.Size);
    }

    /// <summary>Blocks of rows of an image.</summary>
    public int Blocks => geometry.Blocks;

    /// <summary>Whether a grid has room for the images.</summary>
    public static bool FitsGrid(int images) => images <= MostGroups;

    /// <summary>Queues the reduction. Numbers of channels and a tensor that the summand does not take may be any views.</summary>
    /// <param name="x">First tensor.</param>
    /// <param name="dy">Second tensor.</param>
    /// <param name="f0">First numbers of the channels.</param>
    /// <param name="f1">Second numbers of the channels.</param>
    /// <param name="f2">Third numbers of the channels.</param>
    /// <param name="f3">Fourth numbers of the channels.</param>
    /// <param name="sums">
    /// Receives the sums [images, blocks, channels], then the second ones; of moments what <see cref="Moments"/> says.
    /// </param>
    /// <param name="add">1 to add to what is there, with a factor of 1 only.</param>
    public void Run(View x, View dy, View f0, View f1, View f2, View f3, View sums, int add = 0) =>
        kernel.Run(groups, x, dy, f0, f1, f2, f3, sums, geometry, add);
}
