using System.Runtime.CompilerServices;

namespace GpuNet.Kernels.Host;

/// <summary>
/// C = A·B (+ bias), or C += A·B, for a left matrix with many rows and a right one that is a filter: the forward pass and the data
/// gradient of every convolution. The right matrix is packed into panels; register tiles then run over blocks of rows (Goto and
/// van de Geijn 2008, "Anatomy of High-Performance Matrix Multiplication"). Every element is one sum in the order of the rows of B,
/// whatever the number of parts.
/// </summary>
internal sealed unsafe class MatrixProduct<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    // A block of 56 rows x 256 terms: four tiles high, and as deep as keeps a panel of B in a first-level cache of 32 KiB or more.
    private const int BlockRows = 56;
    private const int BlockDepth = 256;

    // A single tile of rows reads each element of B once, so packing is left out where the columns allow. Shallow blocks then read
    // B nearly in the order of memory.
    private const int InPlaceRows = 9;
    private const int InPlaceDepth = 64;

    // Below this many rows a part owns panels instead of rows: then each panel is packed and read by one thread only.
    private const int FewRows = 112;

    private readonly Workers workers;
    private readonly MatrixRows left;
    private readonly WeightPanels<TLanes> right;
    private readonly ColumnPanels columns;
    private readonly PixelScatter? scatter;
    private readonly int rows, depth, groups, depthBlocks, rowParts, panelParts;
    private readonly bool inPlace;
    private readonly Action<int> multiplyPart, packPart;
    private float* weight, bias, packed, target;
    private bool adds;

    /// <summary>Binds the product to its matrices.</summary>
    /// <param name="workers">Threads.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="left">A.</param>
    /// <param name="right">B.</param>
    /// <param name="scatter">Where the rows of C go, unless they follow each other.</param>
    public MatrixProduct(Workers workers, int rows, MatrixRows left, WeightPanels<TLanes> right, PixelScatter? scatter = null)
    {
        (this.workers, this.rows, this.left, this.right, this.scatter) = (workers, rows, left, right, scatter);
        (columns, depth, groups) = (right.Columns, right.Depth, right.Groups);
        inPlace = rows <= InPlaceRows;
        int blockDepth = inPlace ? InPlaceDepth : BlockDepth;
        depthBlocks = Math.Max(1, (depth + blockDepth - 1) / blockDepth);
        long moved = ((long)rows * (depth + columns.Columns)) + ((long)depth * columns.Columns);
        int parts = WorkParts.Count(2L * rows * depth * columns.Columns, moved);
        (rowParts, panelParts) = rows <= FewRows
            ? (1, Math.Min(parts, columns.Count))
            : (Math.Min(parts, (rows + BlockRows - 1) / BlockRows), 1);
        multiplyPart = MultiplyPart;
        packPart = PackPart;
    }

    /// <summary>Elements of the workspace: the packed right matrix.</summary>
    public long WorkspaceElements => right.PackedElements;

    /// <summary>Packs the right matrix, and multiplies.</summary>
    /// <param name="source">Memory behind A.</param>
    /// <param name="weight">The filter.</param>
    /// <param name="bias">What sums start from, a value for each column of each group; may be null.</param>
    /// <param name="target">C: rows of groups x columns.</param>
    /// <param name="adds">Whether to add to what C holds; then there is no bias.</param>
    /// <param name="workspace">Room for the packed panels.</param>
    public void Run(float* source, float* weight, float* bias, float* target, bool adds, float* workspace)
    {
        this.weight = weight;
        this.bias = bias;
        this.target = target;
        this.adds = adds;
        packed = workspace;
        left.Source = source;
        if (rowParts > 1)
            workers.Run(groups * columns.Count, packPart);
        workers.Run(groups * rowParts * panelParts, multiplyPart);
    }

    private void PackPart(int part)
    {
        (int group, int panel) = Math.DivRem(part, columns.Count);
        right.Pack(weight, bias, group, panel, packed, startOnly: false);
    }

    [SkipLocalsInit]
    private void MultiplyPart(int part)
    {
        (int group, int inGroup) = Math.DivRem(part, rowParts * panelParts);
        (int rowPart, int panelPart) = Math.DivRem(inGroup, panelParts);
        int panel = WorkParts.Start(panelPart, panelParts, columns.Count);
        int endPanel = WorkParts.Start(panelPart + 1, panelParts, columns.Count);
        int row = WorkParts.Start(rowPart, rowParts, rows), endRow = WorkParts.Start(rowPart + 1, rowParts, rows);
        if (rowParts == 1)
        {
            for (int own = panel; own < endPanel; own++)
                right.Pack(weight, bias, group, own, packed, inPlace && right.IsInPlace(own));
        }
        float* scratch = stackalloc float[BlockRows * BlockDepth];
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
                    MultiplyPanel(group, own, row, blockRows, a, stride, firstTerm, terms, tiles);
            }
            row += blockRows;
        }
    }

    private void MultiplyPanel(
        int group, int panel, int row, int blockRows, float* a, nint stride, int firstTerm, int terms, float* tiles)
    {
        int elements = columns.Elements(panel), firstColumn = (group * columns.Columns) + columns.First(panel);
        float* start = packed + right.PackedOffset(group, panel);
        bool accumulates = adds || firstTerm > 0;
        TileOperands o = default;
        o.A = a;
        o.RowA = stride;
        o.StepA = 1;
        bool readsInPlace = inPlace && right.IsInPlace(panel);
        o.StepB = readsInPlace ? right.Stride : elements;
        o.B = (readsInPlace ? right.InPlace(weight, group, panel) : start + elements) + (firstTerm * o.StepB);
        o.Depth = terms;
        o.Columns = columns.Valid(panel);
        if (scatter is null)
        {
            o.RowC = (nint)groups * columns.Columns;
            o.C = target + (row * o.RowC) + firstColumn;
            o.Start = accumulates ? o.C : start;
            o.RowStart = accumulates ? o.RowC : 0;
            TileRun.Multiply<TLanes>(o, blockRows, columns.Width(panel));
            return;
        }
        // The row of starts is zero then: a data gradient has no bias.
        o.C = tiles;
        o.RowC = elements;
        o.Start = start;
        o.RowStart = 0;
        TileRun.Multiply<TLanes>(o, blockRows, columns.Width(panel));
        scatter.Write<TLanes>(tiles, elements, row, blockRows, target + firstColumn, groups * columns.Columns, o.Columns, accumulates);
    }
}
