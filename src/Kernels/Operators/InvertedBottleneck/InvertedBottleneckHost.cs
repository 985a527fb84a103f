using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>
/// Each hidden tensor is written once where it is made, with the sums of its norm, and read where it is used, with the norm and the
/// activation applied on the way; gradients alike, and a weight gradient is gathered in the visit that has both its factors at hand.
/// A norm's sums end a pass over the batch, so that a direction is a few passes:
/// <code>
/// forward   z1, Σz1 | z2, Σz2 | z3, Σz3 | y
/// backward  Σdy | da2, Σda2, dw of project | da1, Σda1, dw of filter | dx, dw of expand        with da = dh·act'
/// </code>
/// Parts are ranges of rows or lines, in the order of memory, so that a core meets in one pass what it wrote in the one before.
/// </summary>
internal sealed unsafe partial class InvertedBottleneckHost<TLanes, TActivation> : Launcher
    where TLanes : unmanaged, ILanes<TLanes>
    where TActivation : unmanaged, IActivation
{
    // 128 KiB a stream: far above the cost of handing out a part and of combining its sums.
    private const int PartElements = 32 * 1024;
    private const int MaxParts = 64;

    // A block of hidden rows stays in a second-level cache with the weights around it.
    private const int BlockElements = 16 * 1024;
    private const int MinBlockRows = 28, MaxBlockRows = 112;

    // 16 MiB: a tensor from here on has left the caches when the next pass reads it.
    private const long StreamedElements = 4 << 20;

    // Fewer parts than this do not keep enough cores busy.
    private const int FewParts = 8;

    // Floats between areas of the workspace.
    private const int Boundary = Arena.Alignment / sizeof(float);

    private readonly InvertedBottleneck op;
    private readonly Workers workers;
    private readonly WindowGeometry g;
    private readonly bool expands, streams1, streams2;
    private readonly int rows1, rows2, hidden, pitch, narrow, channels, channelsPitch;
    private readonly int parts, expandParts, projectParts, blockRows;
    private readonly GatheredNorm<TLanes> norm1, norm2, norm3;
    private readonly ScratchPool pool;
    private readonly Area packed1, packed2, taps, vectors1, vectors2, vectors3, hidden1, hidden2, result, partials, products, scratch;
    private readonly int scratchElements;

    private Operands current = null!;
    private float* z1, z2, z3, d1, d2;

    public InvertedBottleneckHost(Device device, InvertedBottleneck op)
    {
        this.op = op;
        workers = device.Workers;
        pool = new ScratchPool(workers);
        DepthwiseConv filter = op.Filter;
        g = new WindowGeometry(filter.Input, op.Window, filter.Output, op.Hidden);
        expands = op.Expands;
        (rows1, rows2) = (filter.Input.Rows, filter.Output.Rows);
        (hidden, narrow, channels) = (op.Hidden, op.Input.C, op.Channels);
        (pitch, channelsPitch) = (Padded(hidden), Padded(channels));
        parts = (int)Math.Clamp((long)Math.Max(rows1, rows2) * pitch / PartElements, 1, Math.Min(MaxParts, g.N * Math.Min(g.H, g.P)));
        blockRows = Math.Clamp(BlockElements / pitch, MinBlockRows, MaxBlockRows);
        (streams1, streams2) = ((long)rows1 * pitch >= StreamedElements, (long)rows2 * pitch >= StreamedElements);
        int first = expands ? 1 : 0;
        norm1 = new(workers, op.ExpandNorm, 1, 3, rows1, parts, parts);
        norm2 = new(workers, op.FilterNorm, (5 * first) + 1, 2 + (3 * first), g.N * g.P, parts, parts);
        norm3 = new(workers, op.ProjectNorm, (5 * first) + 6, 4 + (3 * first), rows2, parts, parts);
        (forwardLines, backwardLines) = (LinesForward(), LinesBackward());
        rowsBackward = TapTable.RowsBackward(filter.Input, op.Window, filter.Output);
        columnsBackward = AxisTaps.Backward(g.W, g.Q, g.KernelW, g.StrideW, g.DilationW, g.Left);

        expandPanels = new([0], narrow, hidden, 1, false);
        expandBackPanels = new([0], narrow, hidden, 1, true);
        projectPanels = new([0], hidden, channels, 1, false);
        projectBackPanels = new([0], hidden, channels, 1, true);
        (projectParts, projectWeights) = WeightParts(rows2, channels, true)
            is > 0 and var p
                ? (p, null)
                : (parts, new TransposedProduct<TLanes>(workers, rows2, new DenseRows(pitch, 1), hidden, channels, 1));
        (expandParts, expandWeights) = WeightParts(rows1, narrow, hidden == pitch)
            is > 0 and var e
                ? (e, null)
                : (parts, new TransposedProduct<TLanes>(workers, rows1, new DenseRows(narrow, 1), narrow, hidden, 1));

        scratchElements = (int)Math.Max(
            Math.Max(RowScratch, (forwardLines.Elements * pitch) + ((long)g.Q * pitch)),
            (backwardLines.Elements * pitch) + (2L * g.W * pitch));
        scratchElements = (scratchElements + Boundary - 1) / Boundary * Boundary;
        long size = 0;
        Area Take(long elements)
        {
            var area = new Area(size);
            size += (elements + Boundary - 1) / Boundary * Boundary;
            return area;
        }

        (packed1, packed2) = (Take(Math.Max(expandPanels.PackedElements, expandBackPanels.PackedElements)),
            Take(Math.Max(projectPanels.PackedElements, projectBackPanels.PackedElements)));
        taps = Take((long)op.Window.Taps * pitch);
        (vectors1, vectors2, vectors3) = (Take(norm1.WorkspaceElements), Take(norm2.WorkspaceElements), Take(norm3.WorkspaceElements));
        hidden1 = Take((long)pitch * Math.Max(expands ? rows1 : 0, projectWeights is null ? 0 : rows2));
        (hidden2, result) = (Take((long)pitch * rows2), Take((long)channels * rows2));
        partials = Take(
            Math.Max((long)parts * op.Window.Taps, Math.Max((long)projectParts * channels, (long)expandParts * narrow)) * pitch);
        products = Take(Math.Max(projectWeights?.WorkspaceElements ?? 0, expandWeights?.WorkspaceElements ?? 0));
        scratch = Take((long)pool.Count * scratchElements);
        WorkspaceElements = size;
        (packPart, expandPart, filterPart, projectPart, applyPart) = (PackPart, ExpandPart, FilterPart, ProjectPart, ApplyPart);
        (packBackPart, sumPart, projectBackPart, filterBackPart, expandBackPart) =
            (PackBackPart, SumPart, ProjectBackPart, FilterBackPart, ExpandBackPart);
        (addFilterTap, addProjectRow, addExpandRow) = (AddFilterTap, AddProjectRow, AddExpandRow);
    }

    public override long WorkspaceElements { get; }

    // A block of hidden rows, two of output channels, and the row of zeros that sums start from.
    private long RowScratch => ((long)blockRows * (pitch + (2 * channelsPitch))) + (TileTable<TLanes>.MaxWidth * TLanes.Count);

    private static int Padded(int channels) => (channels + TLanes.Count - 1) / TLanes.Count * TLanes.Count;

    // In how many parts a weight gradient is gathered where the rows are visited. Every part has sums of its own as large as the
    // weights, and they must stay small against the rows; where that leaves few parts, 0: the product is then a pass of its own.
    private int WeightParts(int rows, int narrowChannels, bool canBeApart)
    {
        int affordable = Math.Min(parts, rows / (2 * narrowChannels));
        return affordable >= Math.Min(parts, FewParts) || !canBeApart ? Math.Max(1, affordable) : 0;
    }

    private void Bind(Operands o)
    {
        current = o;
        norm1.Bind(o, At(vectors1));
        norm2.Bind(o, At(vectors2));
        norm3.Bind(o, At(vectors3));
        int first = expands ? 1 : 0;
        d1 = At(hidden1);
        d2 = At(hidden2);
        bool kept = o.Saved.Length > 0;
        z1 = !expands ? null : kept ? o.Saved[0].Pointer : d1;
        z2 = kept ? o.Saved[first].Pointer : d2;
        z3 = kept ? o.Saved[first + 1].Pointer : At(result);
    }

    private float* At(Area area) => current.Workspace.Pointer + area.First;

    private float* Piece(int piece) => At(scratch) + ((long)piece * scratchElements);

    // A place in the workspace, in elements.
    private readonly record struct Area(long First);
}

/// <summary>
/// Pieces of scratch memory, one for each thread, that parts of a region take and give back. What a piece holds never matters to a
/// result, so it does not matter either which part gets which; few pieces used over and over stay in the caches of their cores.
/// </summary>
internal sealed class ScratchPool
{
    private readonly int[] taken;

    /// <summary>Makes room for as many parts as run at the same time.</summary>
    public ScratchPool(Workers workers) => taken = new int[workers.Count];

    /// <summary>Pieces.</summary>
    public int Count => taken.Length;

    /// <summary>Takes a piece; a thread gets the one it had before, if that is free.</summary>
    public int Take()
    {
        for (int i = Environment.CurrentManagedThreadId; ; i++)
        {
            int piece = (int)((uint)i % (uint)taken.Length);
            if (Volatile.Read(ref taken[piece]) == 0 && Interlocked.CompareExchange(ref taken[piece], 1, 0) == 0)
                return piece;
        }
    }

    /// <summary>Gives a piece back.</summary>
    public void Return(int piece) => Volatile.Write(ref taken[piece], 0);
}
