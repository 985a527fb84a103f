using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>
/// A matrix packed into panels, and the product of a few rows with it: what a fused operator multiplies while the rows are in a cache.
/// </summary>
internal sealed unsafe class PackedPanels<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    private readonly WeightPanels<TLanes> panels;
    private readonly int depth, depthBlocks;

    /// <summary>Notes the extents.</summary>
    /// <param name="depth">Rows of the matrix.</param>
    /// <param name="columns">Columns of the matrix.</param>
    public PackedPanels(int depth, int columns)
    {
        panels = new WeightPanels<TLanes>([0], depth, columns, 1, transposed: false);
        this.depth = depth;
        depthBlocks = (depth + TileRun.BlockDepth - 1) / TileRun.BlockDepth;
    }

    /// <summary>The panels of columns.</summary>
    public ColumnPanels Panels => panels.Columns;

    /// <summary>Elements of the packed matrix.</summary>
    public long Elements => panels.PackedElements;

    /// <summary>Packs the matrix.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="scale">A factor for each column.</param>
    /// <param name="start">What the sums of each column start from.</param>
    /// <param name="packed">Receives the panels.</param>
    public void Pack(float* matrix, float* scale, float* start, float* packed)
    {
        for (int panel = 0; panel < Panels.Count; panel++)
            panels.Pack(matrix, scale, start, 0, panel, packed, startOnly: false);
    }

    /// <summary>c = epilogue(a · matrix + start).</summary>
    /// <param name="packed">The panels.</param>
    /// <param name="a">First row of the left matrix.</param>
    /// <param name="rowA">Distance between the rows of a.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="c">First row of the result.</param>
    /// <param name="rowC">Distance between the rows of the result.</param>
    /// <param name="epilogue">What follows the sums.</param>
    /// <param name="residual">What the epilogue adds, in rows of as many columns as the matrix has; may be null.</param>
    public void Multiply(float* packed, float* a, nint rowA, int rows, float* c, nint rowC, HostEpilogue<TLanes> epilogue, float* residual)
    {
        for (int panel = 0; panel < Panels.Count; panel++)
            Multiply(panel, packed, a, rowA, rows, c + Panels.First(panel), rowC, epilogue, residual + Panels.First(panel));
    }

    /// <summary>The same for the columns of one panel.</summary>
    public void Multiply(
        int panel, float* packed, float* a, nint rowA, int rows, float* c, nint rowC, HostEpilogue<TLanes> epilogue, float* residual)
    {
        float* starts = packed + panels.PackedOffset(0, panel);
        TileOperands o = default;
        o.RowA = rowA;
        o.StepA = 1;
        o.StepB = Panels.Elements(panel);
        o.C = c;
        o.RowC = rowC;
        o.Columns = Panels.Valid(panel);
        o.Next = a;
        for (int block = 0; block < depthBlocks; block++)
        {
            int term = WorkParts.Start(block, depthBlocks, depth);
            o.A = a + term;
            o.B = starts + ((term + 1) * o.StepB);
            o.Depth = WorkParts.Start(block + 1, depthBlocks, depth) - term;
            o.Start = block == 0 ? starts : c;
            o.RowStart = block == 0 ? 0 : rowC;
            if (block == depthBlocks - 1)
                epilogue.Bound(ref o);
            TileRun.Multiply<TLanes>(o, rows, Panels.Width(panel));
        }
        epilogue.Apply(c, rowC, residual, Panels.Columns, rows, o.Columns);
    }
}
