namespace GpuNet.Kernels.Host;

/// <summary>
/// The columns of a product, cut into panels of one or two registers, as even as they come. Packed, a panel is its own small
/// matrix, padded with zeros to whole registers, below one row that sums start from.
/// </summary>
internal readonly struct ColumnPanels
{
    private readonly int lanes, narrow, wider;

    /// <summary>Cuts the columns.</summary>
    public ColumnPanels(int columns, int lanes, int maxWidth)
    {
        this.lanes = lanes;
        Columns = columns;
        Registers = (columns + lanes - 1) / lanes;
        Count = (Registers + maxWidth - 1) / maxWidth;
        (narrow, wider) = Math.DivRem(Registers, Count);
    }

    /// <summary>Columns of the product.</summary>
    public int Columns { get; }

    /// <summary>Registers that a row fills, the padding included.</summary>
    public int Registers { get; }

    /// <summary>Panels.</summary>
    public int Count { get; }

    /// <summary>Registers of a panel.</summary>
    public int Width(int panel) => panel < wider ? narrow + 1 : narrow;

    /// <summary>Elements of a panel's row, the padding included.</summary>
    public int Elements(int panel) => Width(panel) * lanes;

    /// <summary>The first column of a panel.</summary>
    public int First(int panel) => ((panel * narrow) + Math.Min(panel, wider)) * lanes;

    /// <summary>Columns of a panel, without the padding.</summary>
    public int Valid(int panel) => Math.Min(Elements(panel), Columns - First(panel));

    /// <summary>Elements of all packed panels.</summary>
    public long PackedElements(int depth) => (long)Registers * lanes * (depth + 1);

    /// <summary>Where a packed panel begins.</summary>
    public long PackedOffset(int panel, int depth) => (long)First(panel) * (depth + 1);
}
