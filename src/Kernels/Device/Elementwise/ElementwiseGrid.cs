namespace GpuNet.Kernels;

/// <summary>How an elementwise kernel is launched on a device.</summary>
/// <param name="GroupSize">Threads of a group.</param>
/// <param name="Groups">Groups; images lie on the second axis.</param>
/// <param name="Geometry">What the kernel takes.</param>
internal readonly record struct ElementwiseGrid(int GroupSize, GroupCount Groups, ElementwiseGeometry Geometry)
{
    // Eight warps: a multiprocessor holds several such groups, whatever registers they take.
    private const int MostThreads = 256;

    // A thread then has so much to do that the arithmetic of its place is small beside it; with more, large devices are not filled.
    private const int MostVectors = 4;

    // A processor hands out runs of rows between these bounds, as many as its cores have parts.
    private const int LeastFloats = 1024, MostFloats = 8192, PartsOfCore = 8;

    /// <summary>Shares rows out over the threads of a device.</summary>
    public static ElementwiseGrid Over(Device device, ElementwiseRows rows) =>
        device.Info.IsProcessor ? OverCores(device, rows) : OverThreads(device, rows);

    // As many threads as the device holds, and with more vectors than that up to four of them a thread.
    private static ElementwiseGrid OverThreads(Device device, ElementwiseRows rows)
    {
        int group = Math.Min(MostThreads, device.Info.MaxGroupSize), lanes = (rows.Channels + 3) / 4;
        long vectors = (long)rows.Images * rows.Rows * lanes,
            held = 2L * device.Info.MaxGroupSize * Math.Max(1, device.Info.Multiprocessors);
        int each = (int)Math.Clamp(vectors / held, 1, MostVectors);
        int blocks = (rows.Rows + each - 1) / each;
        long threads = (long)blocks * lanes;
        return new ElementwiseGrid(group, new GroupCount((int)((threads + group - 1) / group), rows.Images),
            new ElementwiseGeometry(rows, lanes, blocks, run: 1, span: rows.Rows, step: blocks));
    }

    private static ElementwiseGrid OverCores(Device device, ElementwiseRows rows)
    {
        long part = (long)rows.Images * rows.Rows * rows.Channels / (PartsOfCore * Math.Max(1, device.Info.Multiprocessors));
        int run = (int)Math.Clamp(Math.Clamp(part, LeastFloats, MostFloats) / rows.Channels, 1, rows.Rows);
        int blocks = (rows.Rows + run - 1) / run;
        return new ElementwiseGrid(1, new GroupCount(blocks, rows.Images),
            new ElementwiseGeometry(rows, lanes: 1, blocks, run, span: run, step: 1));
    }
}

/// <summary>
/// The rows of channels that an elementwise kernel takes from one tensor to another, and how its threads share them out, by value. On
/// a GPU as many threads as a row has vectors lie side by side and step from row to row, so that neighbours read neighbours; on a
/// processor a thread takes whole rows in a run.
/// </summary>
internal readonly struct ElementwiseGeometry
{
    /// <summary>Rows of an image, and channels of a row.</summary>
    public readonly int Rows, Channels;

    /// <summary>Threads side by side in a row, and how many times they stand over one another.</summary>
    public readonly int Lanes, Blocks;

    /// <summary>
    /// Rows between the first rows of neighbouring blocks, from a block's first row to its end at most, and between its rows.
    /// </summary>
    public readonly int Run, Span, Step;

    /// <summary>Distance of rows of the tensor that is read, and the channel at which they begin in it.</summary>
    public readonly int FromPitch, FromFirst;

    /// <summary>The same of the tensor that is written, and of those that are read on the way.</summary>
    public readonly int ToPitch, ToFirst;

    /// <summary>Collects the extents.</summary>
    public ElementwiseGeometry(ElementwiseRows rows, int lanes, int blocks, int run, int span, int step)
    {
        (Rows, Channels, Lanes, Blocks) = (rows.Rows, rows.Channels, lanes, blocks);
        (Run, Span, Step) = (run, span, step);
        (FromPitch, FromFirst, ToPitch, ToFirst) = (rows.FromPitch, rows.FromFirst, rows.ToPitch, rows.ToFirst);
    }
}
