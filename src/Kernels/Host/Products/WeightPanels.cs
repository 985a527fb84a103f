namespace GpuNet.Kernels.Host;

/// <summary>
/// The right matrix of a product, taken from a filter (a, b, c, k) and packed into panels: for the forward pass its rows are
/// (tap, c) and its columns k; for the data gradient, transposed, rows are (tap, k) and columns c. A group has its own matrix.
/// </summary>
internal sealed unsafe class WeightPanels<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    private readonly int[] taps;
    private readonly int groupC, groupK, channelsK;
    private readonly bool transposed;

    /// <summary>Notes the extents.</summary>
    /// <param name="taps">Kernel taps, a·columns + b, in the order of the left matrix.</param>
    /// <param name="groupC">Input channels of a group.</param>
    /// <param name="groupK">Output channels of a group.</param>
    /// <param name="groups">Groups.</param>
    /// <param name="transposed">Whether output channels are rows.</param>
    public WeightPanels(int[] taps, int groupC, int groupK, int groups, bool transposed)
    {
        (this.taps, this.groupC, this.groupK, this.transposed, Groups) = (taps, groupC, groupK, transposed, groups);
        channelsK = groupK * groups;
        Depth = taps.Length * (transposed ? groupK : groupC);
        Columns = new ColumnPanels(transposed ? groupC : groupK, TLanes.Count, TileTable<TLanes>.MaxWidth);
    }

    /// <summary>Groups.</summary>
    public int Groups { get; }

    /// <summary>Rows of a group's matrix.</summary>
    public int Depth { get; }

    /// <summary>Columns of a group's matrix, and its panels.</summary>
    public ColumnPanels Columns { get; }

    /// <summary>Elements of all packed panels.</summary>
    public long PackedElements => Groups * Columns.PackedElements(Depth);

    /// <summary>Where a packed panel begins: its row of starts, then its rows.</summary>
    public long PackedOffset(int group, int panel) => (group * Columns.PackedElements(Depth)) + Columns.PackedOffset(panel, Depth);

    /// <summary>Whether a panel can be read where it lies: its rows are whole registers of the filter's rows.</summary>
    public bool IsInPlace(int panel) => !transposed && Columns.Valid(panel) == Columns.Elements(panel);

    /// <summary>A panel where it lies.</summary>
    public float* InPlace(float* weight, int group, int panel) => weight + (group * groupK) + Columns.First(panel);

    /// <summary>Distance between the rows of a panel where it lies.</summary>
    public nint Stride => channelsK;

    /// <summary>Packs a panel below its row of starts.</summary>
    /// <param name="weight">The filter.</param>
    /// <param name="scale">A factor for each output channel, or null; not for a transposed matrix.</param>
    /// <param name="start">A start for each output channel, or null for zeros.</param>
    /// <param name="group">Group.</param>
    /// <param name="panel">Panel of the group.</param>
    /// <param name="packed">All packed panels.</param>
    /// <param name="startOnly">Leaves out the rows, for a panel that is read in place.</param>
    public void Pack(float* weight, float* scale, float* start, int group, int panel, float* packed, bool startOnly)
    {
        int elements = Columns.Elements(panel), first = Columns.First(panel), valid = Columns.Valid(panel);
        float* target = packed + PackedOffset(group, panel);
        if (start is null)
            new Span<float>(target, elements).Clear();
        else
            PanelPacking.Copy<TLanes>(start + (group * Columns.Columns) + first, 0, 1, valid, target, elements);
        target += elements;
        if (startOnly)
            return;
        if (!transposed)
        {
            PanelPacking.Copy<TLanes>(InPlace(weight, group, panel), channelsK, Depth, valid, target, elements);
            if (scale is not null)
                PanelPacking.Scale<TLanes>(target, Depth, valid, elements, scale + (group * groupK) + first);
            return;
        }
        foreach (int tap in taps)
        {
            float* source = weight + ((((long)tap * groupC) + first) * channelsK) + (group * groupK);
            PanelPacking.CopyTransposed(source, channelsK, groupK, valid, target, elements);
            target += (nint)groupK * elements;
        }
    }
}
