namespace GpuNet.Kernels.Host;

/// <summary>
/// A pass of host code over the rows of a tensor, shared out among the threads in parts of about the same size. Bound once with what a
/// part does, so that a step allocates nothing.
/// </summary>
/// <remarks>
/// Passes over one tensor are cut alike, so that part n of the second finds in its core's cache what part n of the first wrote.
/// </remarks>
internal sealed class HostPass
{
    /// <summary>
    /// Elements of a part, 64 KiB a stream: far above the cost of handing out a part, and small enough to spread over many cores.
    /// </summary>
    public const int PartElements = 16384;

    private readonly Workers workers;
    private readonly PartBody body;
    private readonly Action<int> runPart;
    private readonly long rows;
    private readonly int images, step, partsOfImage;
    private Operands current = null!;

    private HostPass(Device device, int images, long rows, int width, int partElements, PartBody body)
    {
        (workers, this.images, this.rows, this.body) = (device.Workers, images, rows, body);
        step = Math.Max(1, partElements / width);
        partsOfImage = checked((int)((rows + step - 1) / step));
        runPart = RunPart;
    }

    /// <summary>What a part does.</summary>
    /// <param name="o">The operands of the step.</param>
    /// <param name="image">The image it is a part of.</param>
    /// <param name="first">Its first row, counted over all images.</param>
    /// <param name="count">Its rows.</param>
    public delegate void PartBody(Operands o, int image, long first, int count);

    /// <summary>A pass over elements, which are rows of one.</summary>
    public static HostPass OverElements(Device device, Shape shape, PartBody body) =>
        new(device, 1, shape.Elements, 1, PartElements, body);

    /// <summary>A pass over rows of elements.</summary>
    public static HostPass OverRows(Device device, int rows, int width, PartBody body) => new(device, 1, rows, width, PartElements, body);

    /// <summary>A pass over the pixels of images; a part lies in one image.</summary>
    public static HostPass OverPixels(Device device, Shape shape, PartBody body, int partElements = PartElements) =>
        new(device, shape.N, shape.Pixels, shape.C, partElements, body);

    /// <summary>Runs the pass on the operands of a step.</summary>
    public void Run(Operands o)
    {
        current = o;
        workers.Run(images * partsOfImage, runPart);
    }

    private void RunPart(int part)
    {
        (int image, int inImage) = Math.DivRem(part, partsOfImage);
        long first = (long)inImage * step;
        body(current, image, (image * rows) + first, (int)Math.Min(step, rows - first));
    }
}

/// <summary>Cuts work into parts by its size alone, so that results do not depend on the number of threads.</summary>
internal static class WorkParts
{
    // Some tens of microseconds: long against handing out a part, short against a layer.
    private const long OperationsPerPart = 1_500_000;
    private const long ElementsPerPart = 32 * 1024;
    private const long MaxParts = 256;

    /// <summary>How many parts are worth while.</summary>
    /// <param name="operations">Floating-point operations.</param>
    /// <param name="elements">Elements read and written.</param>
    public static int Count(long operations, long elements) =>
        (int)Math.Clamp((operations / OperationsPerPart) + (elements / ElementsPerPart), 1, MaxParts);

    /// <summary>
    /// Where a part begins when <paramref name="extent"/> is cut into <paramref name="parts"/>; part = parts gives the end.
    /// </summary>
    public static int Start(int part, int parts, int extent) => (int)((long)part * extent / parts);
}
