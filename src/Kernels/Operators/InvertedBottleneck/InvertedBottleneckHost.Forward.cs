using System.Runtime.CompilerServices;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

internal sealed unsafe partial class InvertedBottleneckHost<TLanes, TActivation>
{
    // Rows that share the loads of the per-channel vectors.
    private const int RowsAtOnce = 8;

    private readonly Action<int> expandPart, filterPart, projectPart, applyPart;

    public override void Forward(Operands o)
    {
        Bind(o);
        Pack(packPart);
        if (expands)
        {
            workers.Run(parts, expandPart);
            norm1.PrepareForward();
        }
        workers.Run(parts, filterPart);
        norm2.PrepareForward();
        workers.Run(parts, projectPart);
        norm3.PrepareForward();
        workers.Run(parts, applyPart);
    }

    // z1 = x·w and its moments.
    private void ExpandPart(int part)
    {
        int row = WorkParts.Start(part, parts, rows1), first = row, end = WorkParts.Start(part + 1, parts, rows1), piece = pool.Take();
        float* block = Piece(piece);
        for (; row < end; row += blockRows)
        {
            int count = Math.Min(blockRows, end - row);
            Multiply(current.Input.Pointer + ((long)row * narrow), narrow, At(packed1), expandPanels, block, pitch, count, null);
            if (row == first)
                norm1.BeginMoments(part, block, pitch, count);
            norm1.StoreRows(part, block, pitch, z1 + ((long)row * pitch), pitch, count, streams1);
        }
        norm1.EndMoments(part, end - first);
        pool.Return(piece);
    }

    // z3 = act(norm(z2))·w and its moments.
    private void ProjectPart(int part)
    {
        int row = WorkParts.Start(part, parts, rows2), first = row, end = WorkParts.Start(part + 1, parts, rows2), piece = pool.Take();
        float* block = Piece(piece), narrowBlock = block + (blockRows * pitch);
        for (; row < end; row += blockRows)
        {
            int count = Math.Min(blockRows, end - row);
            Normalise(norm2, z2 + ((long)row * pitch), block, count);
            Multiply(block, pitch, At(packed2), projectPanels, narrowBlock, channelsPitch, count, null);
            if (row == first)
                norm3.BeginMoments(part, narrowBlock, channelsPitch, count);
            norm3.StoreRows(part, narrowBlock, channelsPitch, z3 + ((long)row * channels), channels, count);
        }
        norm3.EndMoments(part, end - first);
        pool.Return(piece);
    }

    // y = norm(z3) + x
    private void ApplyPart(int part)
    {
        int row = WorkParts.Start(part, parts, rows2), end = WorkParts.Start(part + 1, parts, rows2);
        long start = (long)row * channels;
        float* z = z3 + start, y = current.Output.Pointer + start, x = op.Residual ? current.Input.Pointer + start : null;
        for (; row < end; row += RowsAtOnce)
        {
            int some = Math.Min(RowsAtOnce, end - row);
            ApplyRows(z, x, y, some);
            z += some * channels;
            y += some * channels;
            if (x is not null)
                x += some * channels;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ApplyRows(float* z, float* x, float* y, int count)
    {
        for (int c = 0; c < channels; c += TLanes.Count)
        {
            int valid = channels - c;
            TLanes center = TLanes.Load(norm3.Center + c), scale = TLanes.Load(norm3.Scale + c), shift = TLanes.Load(norm3.Shift + c);
            for (int i = 0, at = c; i < count; i++, at += channels)
            {
                TLanes value = TLanes.MultiplyAdd(TLanes.LoadFirst(z + at, valid) - center, scale, shift);
                if (x is not null)
                    value += TLanes.LoadFirst(x + at, valid);
                TLanes.StoreFirst(value, y + at, valid);
            }
        }
    }

    // h = act(norm(z)) for rows of whole registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Normalise(GatheredNorm<TLanes> norm, float* z, float* h, int count)
    {
        nint ahead = RowsAtOnce * pitch;
        for (; count > 0; count -= RowsAtOnce)
        {
            int some = Math.Min(RowsAtOnce, count);
            for (int c = 0; c < pitch; c += TLanes.Count)
            {
                TLanes center = TLanes.Load(norm.Center + c), scale = TLanes.Load(norm.Scale + c), shift = TLanes.Load(norm.Shift + c);
                float* from = z + c, to = h + c;
                for (int i = some; i > 0; i--, from += pitch, to += pitch)
                {
                    CacheHint.Fetch(from + ahead);
                    TLanes.Store(TActivation.Forward(TLanes.MultiplyAdd(TLanes.Load(from) - center, scale, shift)), to);
                }
            }
            z += some * pitch;
            h += some * pitch;
        }
    }

    // C = start + A·B for a block of rows; C is padded to whole registers unless its rows are no longer than B's columns.
    private static void Multiply(
        float* a, nint rowA, float* packed, WeightPanels<TLanes> weights, float* c, nint rowC, int rows, float* start)
    {
        TileOperands o = default;
        o.A = a;
        (o.RowA, o.StepA, o.Depth, o.RowC) = (rowA, 1, weights.Depth, rowC);
        o.Next = packed;
        ColumnPanels columns = weights.Columns;
        for (int panel = 0; panel < columns.Count; panel++)
        {
            int first = columns.First(panel), elements = columns.Elements(panel);
            float* zeros = packed + weights.PackedOffset(0, panel);
            o.B = zeros + elements;
            o.StepB = elements;
            o.Start = start is null ? zeros : start + first;
            o.RowStart = start is null ? 0 : rowC;
            o.C = c + first;
            o.Columns = rowC > columns.Columns || rowC % TLanes.Count == 0 ? elements : columns.Valid(panel);
            TileRun.Multiply<TLanes>(o, rows, columns.Width(panel));
        }
    }
}
