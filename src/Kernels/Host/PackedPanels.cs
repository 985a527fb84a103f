namespace GpuNet.Kernels.Host;

/// <summary>
/// A matrix packed into panels, and the product of a few rows with it: what a fused operator multiplies while the rows are in a cache.
/// </summary>
internal sealed unsafe class PackedPanels<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    // As deep as keeps a panel in a first-level cache.
    private const int BlockDepth = 256;

    private readonly WeightPanels<TLanes> panels;
    private readonly int depth, depthBlocks;

    /// <summary>Notes the extents.</summary>
    /// <param name="depth">Rows of the matrix.</param>
    /// <param name="columns">Columns of the matrix.</param>
    public PackedPanels(int depth, int columns)
    {
        panels = new WeightPanels<TLanes>([0], depth, columns, 1, transposed: false);
        this.depth = depth;
        depthBlocks = (depth + BlockDepth - 1) / BlockDepth;
    }

    /// <summary>Elements of the packed matrix.</summary>
    public long Elements => panels.PackedElements;

    /// <summary>Packs the matrix.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="scale">A factor for each column.</param>
    /// <param name="start">What the sums of each column start from.</param>
    /// <param name="packed">Receives the panels.</param>
    public void Pack(float* matrix, float* scale, float* start, float* packed)
    {
        for (int panel = 0; panel < panels.Columns.Count; panel++)
            panels.Pack(matrix, scale, start, 0, panel, packed, startOnly: false);
    }

    /// <summary>c = epilogue(a · matrix + start).</summary>
    /// <param name="packed">The panels.</param>
    /// <param name="a">First row of the left matrix, and the distance between its rows.</param>
    /// <param name="rowA">Distance between the rows of a.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="c">First row of the result.</param>
    /// <param name="rowC">Distance between the rows of the result.</param>
    /// <param name="epilogue">What follows the sums.</param>
    /// <param name="residual">What the epilogue adds, as many columns as the result has; may be null.</param>
    public void Multiply(float* packed, float* a, nint rowA, int rows, float* c, nint rowC, HostEpilogue<TLanes> epilogue, float* residual)
    {
        ColumnPanels columns = panels.Columns;
        for (int panel = 0; panel < columns.Count; panel++)
        {
            float* starts = packed + panels.PackedOffset(0, panel);
            int first = columns.First(panel);
            TileOperands o = default;
            o.RowA = rowA;
            o.StepA = 1;
            o.StepB = columns.Elements(panel);
            o.C = c + first;
            o.RowC = rowC;
            o.Columns = columns.Valid(panel);
            for (int block = 0; block < depthBlocks; block++)
            {
                int term = WorkParts.Start(block, depthBlocks, depth);
                o.A = a + term;
                o.B = starts + ((term + 1) * o.StepB);
                o.Depth = WorkParts.Start(block + 1, depthBlocks, depth) - term;
                o.Start = block == 0 ? starts : o.C;
                o.RowStart = block == 0 ? 0 : rowC;
                o.Next = a;
                if (block == depthBlocks - 1)
                    epilogue.Bound(ref o);
                TileRun.Multiply<TLanes>(o, rows, columns.Width(panel));
            }
            epilogue.Apply(o.C, rowC, residual + first, columns.Columns, rows, o.Columns);
        }
    }
}
