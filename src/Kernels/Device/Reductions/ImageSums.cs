namespace GpuNet.Kernels;

/// <summary>Sums over each image for each channel: a reduction, and where an image has several blocks their combination.</summary>
internal sealed class ImageSums
{
    private readonly ChannelReduction reduction;
    private readonly ImagesCombine? combine;
    private readonly int elements;

    private ImageSums(Device device, ChannelReduction reduction, Shape shape, float factor)
    {
        this.reduction = reduction;
        elements = reduction.Blocks > 1 ? checked(shape.N * reduction.Blocks * shape.C) : 0;
        combine = reduction.Blocks > 1 ? new ImagesCombine(device, shape.N, reduction.Blocks, shape.C, factor) : null;
    }

    /// <summary>Scratch memory, in elements; none where an image is one block.</summary>
    public int WorkspaceElements => elements;

    /// <summary>Loads the kernels.</summary>
    /// <param name="device">Device.</param>
    /// <param name="shape">Extents of what is summed.</param>
    /// <param name="factor">What the sums are multiplied by.</param>
    /// <param name="type">How the first tensor lies in memory.</param>
    public static ImageSums Of<TSummand>(Device device, Shape shape, float factor, ElementType type = ElementType.Float32)
        where TSummand : unmanaged, ISummand =>
        new(device, ChannelReduction.Of<TSummand>(device, shape.N, shape.Pixels, shape.C, factor, type), shape, factor);

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
