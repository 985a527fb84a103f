namespace GpuNet.Kernels;

/// <summary>
/// The rows of channels that an elementwise kernel takes from one tensor to another, and how its threads share them out, by value. On
/// a GPU as many threads as a row has vectors lie side by side and step from row to row, so that neighbours read neighbours; on a
/// processor a thread takes whole rows in a run.
/// </summary>
public readonly struct ElementwiseGeometry
{
    /// <summary>Rows of an image, and channels of a row.</summary>
    public readonly int Rows, Channels;

    /// <summary>Threads side by side in a row, and how many times they stand over one another.</summary>
    public readonly int Lanes, Blocks;

    /// <summary>Rows between the first rows of neighbouring blocks, from a block's first row to its end at most, and between its rows.</summary>
    public readonly int Run, Reach, Step;

    /// <summary>Distance of rows of the tensor that is read, and the channel at which they begin in it.</summary>
    public readonly int FromPitch, FromFirst;

    /// <summary>The same of the tensor that is written, and of those that are read on the way.</summary>
    public readonly int ToPitch, ToFirst;

    /// <summary>Collects the extents.</summary>
    internal ElementwiseGeometry(ElementwiseRows rows, int lanes, int blocks, int run, int reach, int step)
    {
        (Rows, Channels, Lanes, Blocks) = (rows.Rows, rows.Channels, lanes, blocks);
        (Run, Reach, Step) = (run, reach, step);
        (FromPitch, FromFirst, ToPitch, ToFirst) = (rows.FromPitch, rows.FromFirst, rows.ToPitch, rows.ToFirst);
    }
}
