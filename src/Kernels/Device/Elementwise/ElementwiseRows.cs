namespace GpuNet.Kernels;

/// <summary>Tensors as an elementwise kernel sees them: images of rows of channels.</summary>
/// <param name="Images">Images, which have a row of per-channel operands each.</param>
/// <param name="Rows">Rows of an image.</param>
/// <param name="Channels">Channels of a row.</param>
internal readonly record struct ElementwiseRows(int Images, int Rows, int Channels)
{
    // A row of this length is a vector for every thread of a group, and long enough for a processor to stream.
    private const int LongRow = 1024;

    // GPUs take no more groups on the second and third axis of a grid.
    private const int MostImages = 65535;

    /// <summary>Distance of rows of the tensor that is read.</summary>
    public int FromPitch { get; init; } = Channels;

    /// <summary>Channel at which rows begin in it.</summary>
    public int FromFirst { get; init; }

    /// <summary>Distance of rows of the tensor that is written.</summary>
    public int ToPitch { get; init; } = Channels;

    /// <summary>Channel at which rows begin in it.</summary>
    public int ToFirst { get; init; }

    /// <summary>Whether every row begins and ends between two vectors.</summary>
    public bool AreVectors => Channels % 4 == 0 && FromPitch % 4 == 0 && FromFirst % 4 == 0 && ToPitch % 4 == 0 && ToFirst % 4 == 0;

    /// <summary>Whether a grid has room for the images.</summary>
    public bool FitGrid => Images <= MostImages;

    /// <summary>Rows whose channels have an operand each.</summary>
    public static ElementwiseRows PerChannel(Shape shape) => new(1, shape.Rows, shape.C);

    /// <summary>Rows whose channels have an operand each that differs from image to image.</summary>
    public static ElementwiseRows PerImage(Shape shape) => new(shape.N, shape.Pixels, shape.C);

    /// <summary>All elements alike, in rows as long as they need be to be made of vectors and to keep threads busy.</summary>
    public static ElementwiseRows Alike(Shape shape)
    {
        int elements = checked((int)shape.Elements), width = shape.C;
        foreach (int extent in (ReadOnlySpan<int>)[shape.W, shape.H, shape.N])
        {
            if (width % 4 == 0 && width >= LongRow)
                break;
            width *= extent;
        }
        return new ElementwiseRows(1, elements / width, width);
    }
}
