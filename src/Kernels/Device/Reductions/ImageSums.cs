namespace GpuNet.Kernels;

/// <summary>Sums over each image for each channel: a reduction, and where an image has several blocks their combination.</summary>
internal sealed class ImageSums
{
    private readonly ChannelReduction reduction;
    private readonly ImagesCombine? combine;
    private readonly int elements;

    /// <summary>Loads the kernels.</summary>
    /// <param name="device">Device.</param>
    /// <param name="shape">Extents of what is summed.</param>
    /// <param name="summand">What is summed: an <see cref="ISummand"/>.</param>
    /// <param name="factor">What the sums are multiplied by.</param>
    /// <param name="type">How the first tensor lies in memory.</param>
    public ImageSums(Device device, Shape shape, Type summand, float factor, ElementType type = ElementType.Float32)
    {
        reduction = new ChannelReduction(device, shape.N, shape.Pixels, shape.C, summand, factor, type);
        elements = reduction.Blocks > 1 ? checked(shape.N * reduction.Blocks * shape.C) : 0;
        combine = reduction.Blocks > 1 ? new ImagesCombine(device, shape.N, reduction.Blocks, shape.C, factor) : null;
    }

    /// <summary>Scratch memory, in elements; none where an image is one block.</summary>
    public int WorkspaceElements => elements;

    /// <summary>Queues the kernels.</summary>
    /// <param name="x">First tensor.</param>
    /// <param name="dy">Second tensor; any view if the summand does not take it.</param>
    /// <param name="target">Receives the sums [images, 1, 1, channels].</param>
    /// <param name="workspace">Scratch memory.</param>
    /// <param name="add">1 to add to what is there, with a factor of 1 only.</param>
    public void Run(View x, View dy, View target, Tensor workspace, int add)
    {
        if (combine is null)
        {
            reduction.Run(x, dy, x, x, x, x, target, add);
            return;
        }
        View sums = workspace.View;
        reduction.Run(x, dy, x, x, x, x, sums);
        combine.Run(sums, target, add);
    }
}

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
        var group = ReductionGroup.For(device);
        kernel = new(device, Policies.Close(CombineKernels.Images<OneThread, Vectors>, group.Policy, Access.Policy(channels % 4 == 0)),
            group.Size);
        groups = new GroupCount(group.CombineGroups(channels), images);
    }

    /// <summary>Queues the kernel.</summary>
    /// <param name="sums">Sums [images, blocks, channels].</param>
    /// <param name="target">Receives the sums [images, channels].</param>
    /// <param name="add">1 to add to what is there.</param>
    public void Run(View sums, View target, int add) => kernel.Run(groups, sums, target, geometry, add);
}
