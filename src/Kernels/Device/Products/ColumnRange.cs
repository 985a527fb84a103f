namespace GpuNet.Kernels;

/// <summary>Columns of a product that are computed by tiles of one width.</summary>
/// <param name="First">First column.</param>
/// <param name="Count">Columns.</param>
/// <param name="Width">Columns of a tile.</param>
internal readonly record struct ColumnRange(int First, int Count, int Width)
{
    // Below this a tile of eight that is left over counts for more than that those of sixteen are somewhat better.
    private const int Narrow = 64;

    /// <summary>Tiles.</summary>
    public int Tiles => (Count + Width - 1) / Width;

    /// <summary>The columns of a tile as a type.</summary>
    public Type Policy => Width switch
    {
        16 => typeof(Float16),
        8 => typeof(Float8),
        _ => typeof(Float4),
    };

    /// <summary>
    /// Tiles of sixteen, which are whole, and for what is left one of eight, or tiles of four of which the last may be cut.
    /// </summary>
    public static IEnumerable<ColumnRange> Split(int columns)
    {
        int left = columns % 16, whole = columns - left;
        if (left == 8 && columns < Narrow)
            (left, whole) = (columns, 0);
        if (whole > 0)
            yield return new ColumnRange(0, whole, 16);
        if (left > 0)
            yield return new ColumnRange(whole, left, left % 8 == 0 ? 8 : 4);
    }

    /// <summary>
    /// Threads of a group, which are neighbouring tiles: one on a processor, elsewhere as many as there are tiles, up to the usual.
    /// </summary>
    public static int GroupSize(Device device, int tiles)
    {
        int size = 1;
        while (!device.Info.IsProcessor && size < tiles && size < device.PlainGroupSize)
            size *= 2;
        return size;
    }
}
