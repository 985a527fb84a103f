using System.Runtime.CompilerServices;

namespace GpuNet.Kernels.Host;

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
