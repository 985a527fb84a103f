using System.Runtime.CompilerServices;

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

/// <summary>Where the rows of a product go when they are every second (third, ...) pixel of an image.</summary>
internal sealed unsafe class PixelScatter(AxisTaps h, AxisTaps w, int height, int width)
{
    /// <summary>Writes a block of rows to their pixels, or adds it.</summary>
    /// <param name="source">The block.</param>
    /// <param name="stride">Distance between its rows.</param>
    /// <param name="firstRow">Its first row in the product.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="target">First pixel, at the block's first channel.</param>
    /// <param name="channels">Distance between pixels.</param>
    /// <param name="columns">Channels to write.</param>
    /// <param name="adds">Whether to add.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Write<TLanes>(float* source, nint stride, int firstRow, int rows, float* target, int channels, int columns, bool adds)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int row = firstRow; row < firstRow + rows; row++, source += stride)
        {
            (int line, int v) = Math.DivRem(row, w.Targets);
            (int n, int u) = Math.DivRem(line, h.Targets);
            long pixel = ((((long)n * height) + h.First + (u * h.Stride)) * width) + w.First + (v * w.Stride);
            float* to = target + (pixel * channels);
            for (int i = 0; i < columns; i += TLanes.Count)
            {
                TLanes value = TLanes.LoadFirst(source + i, columns - i);
                TLanes.StoreFirst(adds ? value + TLanes.LoadFirst(to + i, columns - i) : value, to + i, columns - i);
            }
        }
    }
}
