using System.Runtime.CompilerServices;

namespace GpuNet.Kernels.Host;

/// <summary>
/// C += Aᵀ·B over many rows: the weight gradient of convolutions over all channels, dw = xᵀ·dy. Rows are cut into a fixed number of
/// chunks whose sums are combined in order, and C into blocks, as far as its size allows.
/// </summary>
internal sealed unsafe class TransposedProduct<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    // 64 rows x 112 columns of A: eight tiles of 14 that stay in a first-level cache with a panel of B, and rows enough to hide that
    // each tile of C is read and written once a block.
    private const int BlockRows = 64;
    private const int BlockColumns = 112;

    // Chunks cost memory and a pass to combine them, so they are few, and none is shorter than a few blocks.
    private const int MaxChunks = 16;
    private const int MinChunkRows = 8 * BlockRows;
    private const long MaxWorkspace = 4 << 20;

    private readonly Workers workers;
    private readonly MatrixRows left;
    private readonly ColumnPanels columns;
    private readonly int rows, leftColumns, groups, rightStride;
    private readonly int leftParts, panelParts, chunks;
    private readonly Action<int> multiplyPart, combinePart;
    private float* right, target, partials;

    /// <summary>Binds the product to its matrices.</summary>
    /// <param name="workers">Threads.</param>
    /// <param name="rows">Rows of A and B.</param>
    /// <param name="left">A.</param>
    /// <param name="leftColumns">Columns of a group's A, rows of C.</param>
    /// <param name="rightColumns">Columns of a group's B and C.</param>
    /// <param name="groups">Groups; B and C hold the columns of all groups side by side.</param>
    public TransposedProduct(Workers workers, int rows, MatrixRows left, int leftColumns, int rightColumns, int groups)
    {
        (this.workers, this.rows, this.left, this.leftColumns, this.groups) = (workers, rows, left, leftColumns, groups);
        columns = new ColumnPanels(rightColumns, TLanes.Count, TileTable<TLanes>.MaxWidth);
        rightStride = groups * rightColumns;
        int parts = WorkParts.Count(2L * rows * leftColumns * rightStride, (long)rows * (leftColumns + rightColumns) * groups);
        leftParts = Math.Clamp(leftColumns / BlockColumns, 1, parts);
        panelParts = Math.Clamp(columns.Count / 4, 1, Math.Max(1, parts / leftParts));
        int wanted = parts / (leftParts * panelParts * groups);
        int affordable = (int)Math.Min(MaxWorkspace / ((long)leftColumns * rightStride), rows / MinChunkRows);
        chunks = Math.Clamp(Math.Min(wanted, affordable), 1, MaxChunks);
        multiplyPart = MultiplyPart;
        combinePart = CombinePart;
    }

    /// <summary>Elements of the workspace: the sums of the chunks.</summary>
    public long WorkspaceElements => chunks > 1 ? (long)chunks * leftColumns * rightStride : 0;

    /// <summary>Adds the product to <paramref name="target"/>.</summary>
    /// <param name="source">Memory behind A.</param>
    /// <param name="right">B.</param>
    /// <param name="target">C.</param>
    /// <param name="workspace">Room for the chunks' sums.</param>
    public void Run(float* source, float* right, float* target, float* workspace)
    {
        this.right = right;
        this.target = target;
        partials = workspace;
        left.Source = source;
        workers.Run(chunks * groups * leftParts * panelParts, multiplyPart);
        if (chunks > 1)
            workers.Run(leftParts, combinePart);
    }

    [SkipLocalsInit]
    private void MultiplyPart(int part)
    {
        (int chunk, int inChunk) = Math.DivRem(part, groups * leftParts * panelParts);
        (int group, int inGroup) = Math.DivRem(inChunk, leftParts * panelParts);
        (int leftPart, int panelPart) = Math.DivRem(inGroup, panelParts);
        int panel = WorkParts.Start(panelPart, panelParts, columns.Count);
        int endPanel = WorkParts.Start(panelPart + 1, panelParts, columns.Count);
        int first = WorkParts.Start(leftPart, leftParts, leftColumns), end = WorkParts.Start(leftPart + 1, leftParts, leftColumns);
        int firstRow = WorkParts.Start(chunk, chunks, rows), endRow = WorkParts.Start(chunk + 1, chunks, rows);
        float* c = chunks == 1 ? target : partials + ((long)chunk * leftColumns * rightStride);
        float* scratch = stackalloc float[BlockRows * (BlockColumns + TLanes.Count)];
        float* packed = stackalloc float[(BlockRows + 1) * TileTable<TLanes>.MaxWidth * TLanes.Count];
        for (int blocks = (end - first + BlockColumns - 1) / BlockColumns; blocks > 0; blocks--)
        {
            int blockColumns = (end - first + blocks - 1) / blocks;
            for (int row = firstRow; row < endRow; row += BlockRows)
            {
                int blockRows = Math.Min(BlockRows, endRow - row);
                bool starts = chunks > 1 && row == firstRow;
                float* a = left.Block(group, row, blockRows, first, blockColumns, scratch, out nint stride);
                for (int own = panel; own < endPanel; own++)
                    MultiplyPanel(group, own, row, blockRows, a, stride, c + ((long)first * rightStride), blockColumns, starts, packed);
            }
            first += blockColumns;
        }
    }

    private void MultiplyPanel(
        int group, int panel, int row, int blockRows, float* a, nint stride, float* c, int blockColumns, bool starts, float* packed)
    {
        int elements = columns.Elements(panel), valid = columns.Valid(panel);
        int firstColumn = (group * columns.Columns) + columns.First(panel);
        new Span<float>(packed, elements).Clear();
        float* source = right + ((long)row * rightStride) + firstColumn;
        PanelPacking.Copy<TLanes>(source, rightStride, blockRows, valid, packed + elements, elements);
        TileOperands o = default;
        o.A = a;
        o.RowA = 1;
        o.StepA = stride;
        o.B = packed + elements;
        o.StepB = elements;
        o.Depth = blockRows;
        o.Next = a;
        o.C = c + firstColumn;
        o.RowC = rightStride;
        o.Columns = valid;
        o.Start = starts ? packed : o.C;
        o.RowStart = starts ? 0 : o.RowC;
        TileRun.Multiply<TLanes>(o, blockColumns, columns.Width(panel));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CombinePart(int part)
    {
        long elements = (long)leftColumns * rightStride;
        long first = (long)WorkParts.Start(part, leftParts, leftColumns) * rightStride;
        long end = (long)WorkParts.Start(part + 1, leftParts, leftColumns) * rightStride;
        for (long i = first; i < end; i += TLanes.Count)
        {
            int count = (int)Math.Min(TLanes.Count, end - i);
            TLanes sum = TLanes.LoadFirst(target + i, count);
            for (int chunk = 0; chunk < chunks; chunk++)
                sum += TLanes.LoadFirst(partials + (chunk * elements) + i, count);
            TLanes.StoreFirst(sum, target + i, count);
        }
    }
}
