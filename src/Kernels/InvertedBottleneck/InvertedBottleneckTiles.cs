using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>
/// An inverted residual at inference, row by row: a few rows of the expanded image are kept in a ring, the depthwise filter slides
/// over them, and a tile of its rows is projected at once. The wide hidden tensor, six times the input, never leaves the
/// second-level cache. Norms are folded into the three filters.
/// </summary>
internal sealed unsafe class InvertedBottleneckTiles<TLanes> : Launcher
    where TLanes : unmanaged, ILanes<TLanes>
{
    // Pixels that are projected at once: a few register tiles high.
    private const int TilePixels = 56;

    private readonly InvertedBottleneck op;
    private readonly Workers workers;
    private readonly WindowGeometry g;
    private readonly PackedPanels<TLanes>? expand;
    private readonly PackedPanels<TLanes> project;
    private readonly DepthwiseRow<TLanes> filter;
    private readonly HostEpilogue<TLanes> expanded, filtered, projected;
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
        filter = new DepthwiseRow<TLanes>(g);
        var act = new Epilogue { Activation = op.Activation };
        expanded = new HostEpilogue<TLanes>(act);
        filtered = new HostEpilogue<TLanes>(act);
        projected = new HostEpilogue<TLanes>(
            new Epilogue { Residual = op.Residual ? ResidualOrder.AfterActivation : ResidualOrder.None });
        ringRows = ((g.KernelH - 1) * g.DilationH) + 1;
        tileRows = Math.Clamp(TilePixels / g.Q, 1, g.P);
        // Each thread has a ring of its own, and takes a stretch of rows, which it need not begin anew. An element is the same sum
        // however many threads there are.
        parts = Math.Min(workers.Count, g.N * ((g.P + tileRows - 1) / tileRows));
        partElements = ((op.Expands ? (long)ringRows * g.W : 0) + ((long)tileRows * g.Q)) * op.Hidden;
        runPart = RunPart;
    }

    // The folded filters, what the depthwise sums start from, and a factor and a shift for each channel while they are folded.
    public override long PreparedElements =>
        (expand?.Elements ?? 0) + project.Elements + ((long)(g.KernelH * g.KernelW) * g.C) + (2 * (long)g.C) + (2 * (long)Math.Max(g.C, outputs));

    // A ring and a tile for each thread.
    public override long WorkspaceElements => parts * partElements;

    private long FilterOffset => (expand?.Elements ?? 0) + project.Elements;

    private long StartOffset => FilterOffset + ((long)(g.KernelH * g.KernelW) * g.C);

    private long FactorOffset => StartOffset + (2 * (long)g.C);

    // Each filter among the parameters is followed by the four vectors of its norm.
    public override void Prepare(Operands o)
    {
        float* target = o.Prepared.Pointer, scale = target + FactorOffset, shift = scale + Math.Max(g.C, outputs);
        int parameter = 0;
        if (expand is not null)
        {
            Fold(o, parameter, scale, shift, g.C);
            expand.Pack(o.Parameters[parameter].Pointer, scale, shift, target);
            target += expand.Elements;
            parameter += 5;
        }
        Fold(o, parameter, scale, o.Prepared.Pointer + StartOffset, g.C);
        ReadOnlySpan<float> weight = o.Parameters[parameter].Span;
        var folded = new Span<float>(o.Prepared.Pointer + FilterOffset, weight.Length);
        for (int tap = 0; tap < weight.Length; tap += g.C)
            TensorPrimitives.Multiply(weight.Slice(tap, g.C), new ReadOnlySpan<float>(scale, g.C), folded.Slice(tap, g.C));
        parameter += 5;
        Fold(o, parameter, scale, shift, outputs);
        project.Pack(o.Parameters[parameter].Pointer, scale, shift, target);
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

    private void Fold(Operands o, int parameter, float* scale, float* shift, int channels) => FoldedNorm.Compute(
        o, parameter + 1, op.Epsilon, [], new Span<float>(scale, channels), new Span<float>(shift, channels));

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
            for (int i = 0; i < count; i++)
            {
                next = Expand(n, next, ((p + i) * g.StrideH) - g.Top + ringRows, ring);
                Filter(n, p + i, ring, rows, tile + ((long)i * g.Q * g.C));
            }
            long pixel = (long)row * g.Q;
            project.Multiply(prepared + (expand?.Elements ?? 0), tile, g.C, count * g.Q, y + (pixel * outputs), outputs, projected, x + (pixel * inputs));
            row += count;
        }
    }

    // Expands the image's rows from `next` up to `end` and returns the first row that is not expanded.
    private int Expand(int n, int next, int end, float* ring)
    {
        if (expand is null)
            return next;
        for (; next < Math.Min(end, g.H); next++)
        {
            float* source = x + ((((long)n * g.H) + next) * g.W * inputs);
            expand.Multiply(prepared, source, inputs, g.W, ring + (next % ringRows * (long)g.W * g.C), g.C, expanded, null);
        }
        return next;
    }

    private void Filter(int n, int p, float* ring, float** rows, float* target)
    {
        for (int a = 0; a < g.KernelH; a++)
        {
            int h = (p * g.StrideH) + (a * g.DilationH) - g.Top;
            rows[a] = h < 0 || h >= g.H ? null
                : expand is null ? x + ((((long)n * g.H) + h) * g.W * g.C)
                : ring + (h % ringRows * (long)g.W * g.C);
        }
        filter.Compute(rows, prepared + FilterOffset, prepared + StartOffset, target, g.C, filtered);
        filtered.Apply(target, g.C, null, 0, g.Q, g.C);
    }
}
