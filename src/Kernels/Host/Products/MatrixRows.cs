namespace GpuNet.Kernels.Host;

/// <summary>
/// The left matrix of a product, one for each group of channels, handed out in blocks: either it lies in memory, or a block of it is
/// gathered.
/// </summary>
internal abstract unsafe class MatrixRows
{
    /// <summary>The memory behind the matrix; set before each product.</summary>
    public float* Source { get; set; }

    /// <summary>A block of the matrix.</summary>
    /// <param name="group">Group of channels.</param>
    /// <param name="firstRow">First row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="firstColumn">First column within the group.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="scratch">Room for rows x (columns + a register) elements, if the block has to be gathered.</param>
    /// <param name="stride">Distance between the block's rows.</param>
    public abstract float* Block(int group, int firstRow, int rows, int firstColumn, int columns, float* scratch, out nint stride);
}

/// <summary>Rows of channel vectors as they lie in memory.</summary>
internal sealed unsafe class DenseRows(int channels, int groups) : MatrixRows
{
    private readonly int groupChannels = channels / groups;

    public override float* Block(int group, int firstRow, int rows, int firstColumn, int columns, float* scratch, out nint stride)
    {
        stride = channels;
        return Source + ((long)firstRow * channels) + (group * groupChannels) + firstColumn;
    }
}
