using System.Runtime.CompilerServices;

namespace GpuNet.Kernels.Host;

/// <summary>
/// C = A·B (+ start) with an epilogue, or C += A·B, for a left matrix with many rows and a right one that is a filter: the forward
/// pass and the data gradient of convolutions over all channels. The right matrix is packed into panels; register tiles then run over blocks of
/// rows (Goto and van de Geijn 2008, "Anatomy of High-Performance Matrix Multiplication"). Every element is one sum in the order of
/// the rows of B, however the work is cut.
/// </summary>
internal sealed unsafe class MatrixProduct<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    // Four tiles high.
    private const int BlockRows = 56;
    private const int BlockDepth = TileRun.BlockDepth;

    // A single tile of rows reads each element of B once, so packing is left out where the columns allow. Shallow blocks then read
    // B nearly in the order of memory.
    private const int InPlaceRows = 9;
    private const int InPlaceDepth = 64;

    // In elements.
    private const int CacheLine = 16;

    private readonly Workers workers;
    private readonly MatrixRows left;
    private readonly WeightPanels<TLanes> right;
    private readonly ColumnPanels columns;
    private readonly PixelScatter? scatter;
    private readonly int rows, depth, groups, depthBlocks, rowParts, panelParts;
    private readonly bool inPlace;
    private readonly Action<int> multiplyPart, packPart;
    private float* weight, scale, start, packed, target, residual;
    private nint targetStride, residualStride;
    private bool adds;

    /// <summary>Binds the product to its matrices.</summary>
    /// <param name="workers">Threads.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="left">A.</param>
    /// <param name="right">B.</param>
    /// <param name="scatter">Where the rows of C go, unless they follow each other.</param>
    /// <param name="mayReadInPlace">Whether few rows are multiplied with the filter where it lies.</param>
    public MatrixProduct(
        Workers workers, int rows, MatrixRows left, WeightPanels<TLanes> right, PixelScatter? scatter = null, bool mayReadInPlace = true)
    {
        (this.workers, this.rows, this.left, this.right, this.scatter) = (workers, rows, left, right, scatter);
        (columns, depth, groups) = (right.Columns, right.Depth, right.Groups);
        inPlace = mayReadInPlace && rows <= InPlaceRows;
        int blockDepth = inPlace ? InPlaceDepth : BlockDepth;
        depthBlocks = Math.Max(1, (depth + blockDepth - 1) / blockDepth);
        long moved = ((long)rows * (depth + columns.Columns)) + ((long)depth * columns.Columns);
        int parts = WorkParts.Count(2L * rows * depth * columns.Columns, moved);
        // Parts that own panels read all of A, parts that own rows all of B: the larger matrix is cut.
        int rowBlocks = (rows + BlockRows - 1) / BlockRows;
        panelParts = rows <= columns.Columns || rowBlocks == 1 ? Math.Min(parts, columns.Count) : 1;
        rowParts = Math.Clamp(parts / panelParts, 1, rowBlocks);
        multiplyPart = MultiplyPart;
        packPart = PackPart;
    }

    /// <summary>What follows the last term of a sum.</summary>
    public HostEpilogue<TLanes>? Epilogue { get; init; }

    /// <summary>Elements of the packed right matrix.</summary>
    public long PackedElements => right.PackedElements;

    /// <summary>Packs the right matrix.</summary>
    /// <param name="weight">The filter.</param>
    /// <param name="scale">A factor for each column of each group, or null.</param>
    /// <param name="start">What sums start from, a value for each column of each group; may be null.</param>
    /// <param name="packed">Receives the panels.</param>
    public void Pack(float* weight, float* scale, float* start, float* packed)
    {
        this.weight = weight;
        this.scale = scale;
        this.start = start;
        this.packed = packed;
        workers.Run(groups * columns.Count, packPart);
    }

    /// <summary>Multiplies.</summary>
    /// <param name="source">Memory behind A.</param>
    /// <param name="weight">The filter.</param>
    /// <param name="packed">The packed panels.</param>
    /// <param name="target">C: rows of groups x columns.</param>
    /// <param name="targetStride">Distance between the rows of C.</param>
    /// <param name="residual">What the epilogue adds, in dense rows of groups x columns; may be null.</param>
    /// <param name="adds">Whether to add to what C holds; the panels then have no starts.</param>
    public void Run(float* source, float* weight, float* packed, float* target, nint targetStride, float* residual, bool adds)
    {
        this.weight = weight;
        this.packed = packed;
        this.target = target;
        this.targetStride = targetStride;
        this.residual = residual;
        this.adds = adds;
        residualStride = (nint)groups * columns.Columns;
        left.Source = source;
        workers.Run(groups * rowParts * panelParts, multiplyPart);
    }

    private float* Panel(int group, int panel, int firstTerm) =>
        packed + right.PackedOffset(group, panel) + ((nint)(firstTerm + 1) * columns.Elements(panel));

    private void PackPart(int part)
    {
        (int group, int panel) = Math.DivRem(part, columns.Count);
        right.Pack(weight, scale, start, group, panel, packed, inPlace && right.IsInPlace(panel));
    }

    [SkipLocalsInit]
    private void MultiplyPart(int part)
    {
        (int group, int inGroup) = Math.DivRem(part, rowParts * panelParts);
        (int rowPart, int panelPart) = Math.DivRem(inGroup, panelParts);
        int panel = WorkParts.Start(panelPart, panelParts, columns.Count);
        int endPanel = WorkParts.Start(panelPart + 1, panelParts, columns.Count);
        int firstRow = WorkParts.Start(rowPart, rowParts, rows), endRow = WorkParts.Start(rowPart + 1, rowParts, rows), row = firstRow;
        float* scratch = stackalloc float[BlockRows * (BlockDepth + TLanes.Count)];
        float* tiles = stackalloc float[BlockRows * TileTable<TLanes>.MaxWidth * TLanes.Count];
        for (int blocks = (endRow - row + BlockRows - 1) / BlockRows; blocks > 0; blocks--)
        {
            int blockRows = (endRow - row + blocks - 1) / blocks;
            for (int block = 0; block < depthBlocks; block++)
            {
                int firstTerm = WorkParts.Start(block, depthBlocks, depth);
                int terms = WorkParts.Start(block + 1, depthBlocks, depth) - firstTerm;
                float* a = left.Block(group, row, blockRows, firstTerm, terms, scratch, out nint stride);
                for (int own = panel; own < endPanel; own++)
                {
                    // The first block of rows is the first to read a panel; while it does, the next panel is fetched.
                    float* next = row > firstRow ? null
                        : own + 1 < endPanel ? Panel(group, own + 1, firstTerm)
                        : block + 1 < depthBlocks ? Panel(group, panel, firstTerm + terms) : null;
                    MultiplyPanel(group, own, row, blockRows, a, stride, firstTerm, terms, tiles, next);
                }
            }
            row += blockRows;
        }
    }

    private void MultiplyPanel(
        int group, int panel, int row, int blockRows, float* a, nint stride, int firstTerm, int terms, float* tiles, float* next)
    {
        int elements = columns.Elements(panel), firstColumn = (group * columns.Columns) + columns.First(panel);
        float* starts = packed + right.PackedOffset(group, panel);
        bool accumulates = adds || firstTerm > 0;
        TileOperands o = default;
        o.A = a;
        o.RowA = stride;
        o.StepA = 1;
        bool readsInPlace = inPlace && right.IsInPlace(panel);
        o.StepB = readsInPlace ? right.Stride : elements;
        o.B = (readsInPlace ? right.InPlace(weight, group, panel) : starts + elements) + (firstTerm * o.StepB);
        o.Depth = terms;
        o.Columns = columns.Valid(panel);
        o.Next = next is null ? a : next;
        o.StepNext = next is null ? 0 : CacheLine;
        if (scatter is null)
        {
            o.RowC = targetStride;
            o.C = target + (row * o.RowC) + firstColumn;
            o.Start = accumulates ? o.C : starts;
            o.RowStart = accumulates ? o.RowC : 0;
            bool ends = Epilogue is not null && firstTerm + terms == depth;
            if (ends)
                Epilogue!.Bound(ref o);
            TileRun.Multiply<TLanes>(o, blockRows, columns.Width(panel));
            if (ends)
                Epilogue!.Apply(o.C, o.RowC, residual + (row * residualStride) + firstColumn, residualStride, blockRows, o.Columns);
            return;
        }
        // The row of starts is zero then: a data gradient has no bias.
        o.C = tiles;
        o.RowC = elements;
        o.Start = starts;
        o.RowStart = 0;
        TileRun.Multiply<TLanes>(o, blockRows, columns.Width(panel));
        scatter.Write<TLanes>(tiles, elements, row, blockRows, target + firstColumn, groups * columns.Columns, o.Columns, accumulates);
    }
}
