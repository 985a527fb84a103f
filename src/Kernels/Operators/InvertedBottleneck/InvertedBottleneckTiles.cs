using System.Runtime.CompilerServices;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>
/// An inverted bottleneck at inference, by tiles of a few output rows: for a chunk of hidden channels at a time, the input rows under
/// the tile are expanded into a ring, which keeps those that the next tile needs again, and filtered while they are in the first-level
/// cache; the tile of all chunks is then projected at once. The wide hidden tensor never leaves the second-level cache. Norms are
/// folded into the three filters.
/// </summary>
internal sealed unsafe class InvertedBottleneckTiles<TLanes> : Launcher
    where TLanes : unmanaged, ILanes<TLanes>
{
    // A chunk's ring of four rows of 56 pixels, say, and the tile that is projected: some register tiles high.
    private const int TilePixels = 112;

    // What a part expands anew at its edges must stay small against its rows.
    private const int LeastPartRows = 4;

    private readonly InvertedBottleneck op;
    private readonly Workers workers;
    private readonly WindowGeometry g;
    private readonly PackedPanels<TLanes>? expand;
    private readonly PackedPanels<TLanes> project;
    private readonly Chunk[] chunks;
    private readonly HostEpilogue<TLanes> hidden, projected;
    private readonly int inputs, outputs, ringRows, tileRows, parts;
    private readonly long partElements;
    private readonly Action<int> runPart;
    private float* x, y, prepared, workspace;

    public InvertedBottleneckTiles(Device device, InvertedBottleneck op)
    {
        this.op = op;
        workers = device.Workers;
        DepthwiseConv depthwise = op.Filter;
        (inputs, outputs) = (op.Input.C, op.Channels);
        g = new WindowGeometry(depthwise.Input, op.Window, depthwise.Output, op.Hidden);
        expand = op.Expands ? new PackedPanels<TLanes>(inputs, op.Hidden) : null;
        project = new PackedPanels<TLanes>(op.Hidden, outputs);
        hidden = new HostEpilogue<TLanes>(new Epilogue { Activation = op.Activation });
        projected = new HostEpilogue<TLanes>(new Epilogue { Residual = op.Residual ? ResidualOrder.AfterActivation : ResidualOrder.None });
        tileRows = Math.Clamp(TilePixels / g.Q, 1, g.P);
        ringRows = ((g.KernelH - 1) * g.DilationH) + 1 + ((tileRows - 1) * g.StrideH);
        chunks = expand is null ? [new Chunk(0, 0, g.C, Row(g.C))] : [.. Enumerable.Range(0, expand.Panels.Count).Select(MakeChunk)];
        // Each thread has a ring of its own, and takes a stretch of rows, which it need not begin anew. An element is the same sum
        // however many threads there are.
        parts = Math.Clamp(g.N * g.P / LeastPartRows, 1, workers.Count);
        partElements = ((op.Expands ? (long)ringRows * g.W : 0) + ((long)tileRows * g.Q)) * op.Hidden;
        runPart = RunPart;
    }

    // The folded filters, what the depthwise sums start from, and a factor and a shift for each channel while they are folded.
    public override long PreparedElements => FactorOffset + (2 * (long)Math.Max(g.C, outputs));

    // A ring and a tile for each thread.
    public override long WorkspaceElements => parts * partElements;

    private int Taps => g.KernelH * g.KernelW;

    private long ProjectOffset => expand?.Elements ?? 0;

    private long FilterOffset => ProjectOffset + project.Elements;

    private long StartOffset => FilterOffset + ((long)Taps * g.C);

    private long FactorOffset => StartOffset + g.C;

    // Each filter among the parameters is followed by the four vectors of its norm.
    public override void Prepare(Operands o)
    {
        float* target = o.Prepared.Pointer, scale = target + FactorOffset, shift = scale + Math.Max(g.C, outputs);
        int parameter = 0;
        if (expand is not null)
        {
            Fold(o, parameter, scale, shift, g.C);
            expand.Pack(o.Parameters[parameter].Pointer, scale, shift, target);
            parameter += 5;
        }
        Fold(o, parameter, scale, target + StartOffset, g.C);
        foreach (Chunk chunk in chunks)
            PackTaps(o.Parameters[parameter].Pointer, scale, chunk, target + FilterOffset + ((long)Taps * chunk.First));
        parameter += 5;
        Fold(o, parameter, scale, shift, outputs);
        project.Pack(o.Parameters[parameter].Pointer, scale, shift, target + ProjectOffset);
    }

    public override void Forward(Operands o)
    {
        x = o.Input.Pointer;
        y = o.Output.Pointer;
        prepared = o.Prepared.Pointer;
        workspace = o.Workspace.Pointer;
        workers.Run(parts, runPart);
    }

    public override void Backward(Operands o) => throw new InvalidOperationException("A bottleneck for inference has no backward pass.");

    private DepthwiseRow<TLanes> Row(int channels) => new(
        new WindowGeometry(op.Filter.Input with { C = channels }, op.Window, op.Filter.Output with { C = channels }, channels));

    private Chunk MakeChunk(int panel) =>
        new(panel, expand!.Panels.First(panel), expand.Panels.Valid(panel), Row(expand.Panels.Valid(panel)));

    private void Fold(Operands o, int parameter, float* scale, float* shift, int channels) => FoldedNorm.Compute(
        o, parameter + 1, op.Epsilon, [], new Span<float>(scale, channels), new Span<float>(shift, channels));

    private void PackTaps(float* weight, float* scale, Chunk chunk, float* target)
    {
        for (int tap = 0; tap < Taps; tap++)
        {
            for (int c = 0; c < chunk.Channels; c++)
                target[(tap * chunk.Channels) + c] = weight[(tap * g.C) + chunk.First + c] * scale[chunk.First + c];
        }
    }

    [SkipLocalsInit]
    private void RunPart(int part)
    {
        float* ring = workspace + (part * partElements);
        float* tile = ring + (expand is null ? 0 : (long)ringRows * g.W * g.C);
        float** rows = stackalloc float*[g.KernelH];
        int row = WorkParts.Start(part, parts, g.N * g.P), end = WorkParts.Start(part + 1, parts, g.N * g.P);
        int image = -1, next = 0;
        while (row < end)
        {
            (int n, int p) = Math.DivRem(row, g.P);
            if (n != image)
                (image, next) = (n, Math.Max(0, (p * g.StrideH) - g.Top));
            int count = Math.Min(tileRows, Math.Min(end - row, g.P - p));
            int endRow = Math.Min(g.H, ((p + count - 1) * g.StrideH) - g.Top + ((g.KernelH - 1) * g.DilationH) + 1);
            foreach (Chunk chunk in chunks)
            {
                float* chunkRing = ring + ((long)ringRows * g.W * chunk.First);
                Expand(n, next, endRow, chunk, chunkRing);
                for (int i = 0; i < count; i++)
                    Filter(n, p + i, chunk, chunkRing, rows, tile + ((long)i * g.Q * g.C) + chunk.First);
            }
            next = Math.Max(next, endRow);
            long pixel = (long)row * g.Q;
            project.Multiply(
                prepared + ProjectOffset, tile, g.C, count * g.Q, y + (pixel * outputs), outputs, projected, x + (pixel * inputs));
            row += count;
        }
    }

    // Rows that follow each other in the ring are expanded at once.
    private void Expand(int n, int row, int end, Chunk chunk, float* ring)
    {
        while (expand is not null && row < end)
        {
            int slot = row % ringRows, count = Math.Min(end - row, ringRows - slot);
            float* source = x + ((((long)n * g.H) + row) * g.W * inputs);
            expand.Multiply(
                chunk.Panel, prepared, source, inputs, count * g.W, ring + ((long)slot * g.W * chunk.Channels), chunk.Channels, hidden,
                null);
            row += count;
        }
    }

    private void Filter(int n, int p, Chunk chunk, float* ring, float** rows, float* target)
    {
        for (int a = 0; a < g.KernelH; a++)
        {
            int h = (p * g.StrideH) + (a * g.DilationH) - g.Top;
            rows[a] = h < 0 || h >= g.H ? null
                : expand is null ? x + ((((long)n * g.H) + h) * g.W * g.C)
                : ring + (h % ringRows * (long)g.W * chunk.Channels);
        }
        float* taps = prepared + FilterOffset + ((long)Taps * chunk.First);
        chunk.Row.Compute(rows, taps, prepared + StartOffset + chunk.First, target, g.C, hidden);
        hidden.Apply(target, g.C, null, 0, g.Q, chunk.Channels);
    }

    // Hidden channels that are expanded and filtered together: those of a panel of the expanding matrix.
    private sealed record Chunk(int Panel, int First, int Channels, DepthwiseRow<TLanes> Row);
}
