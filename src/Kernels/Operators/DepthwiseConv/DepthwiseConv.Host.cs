using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>
/// Vectorised over channels. Forward, a part is an output row. Backward, a part is a range of input rows: a row of the input and the
/// rows of the output's gradient that it meets are visited once for data and weight gradient, and the parts' weight gradients are
/// combined in order.
/// </summary>
internal sealed unsafe class DepthwiseConvHost<TLanes> : Launcher
    where TLanes : unmanaged, ILanes<TLanes>
{
    // Each has weight gradients of its own.
    private const int MaxBackwardParts = 32;

    private readonly Workers workers;
    private readonly DepthwiseConv op;
    private readonly WindowGeometry g;
    private readonly DepthwiseRow<TLanes> row;
    private readonly HostEpilogue<TLanes> epilogue;
    private readonly TapTable rowsBackward, columnsBackward;
    private readonly RowSum? bias;
    private readonly Action<int> forwardRow, backwardPart;
    private readonly int backwardParts;
    private Operands current = null!;

    public DepthwiseConvHost(Device device, DepthwiseConv op)
    {
        workers = device.Workers;
        this.op = op;
        g = new WindowGeometry(op.Input, op.Window, op.Result, op.Input.C);
        row = new DepthwiseRow<TLanes>(g);
        epilogue = new HostEpilogue<TLanes>(op.Epilogue);
        rowsBackward = TapTable.RowsBackward(op.Input, op.Window, op.Result);
        columnsBackward = TapTable.ColumnsBackward(op.Input, op.Window, op.Result);
        int wanted = WorkParts.Count(4 * op.Macs, op.Input.Elements + op.Result.Elements);
        backwardParts = Math.Min(Math.Min(wanted, MaxBackwardParts), g.N * g.H);
        bias = op.Bias ? new RowSum(workers, op.Result.Rows, g.C) : null;
        forwardRow = ForwardRow;
        backwardPart = BackwardPart;
    }

    // Backward alone needs it.
    public override long WorkspaceElements => op.IsInferenceOnly ? 0
        : Math.Max((long)backwardParts * g.KernelH * g.KernelW * g.C, bias?.WorkspaceElements ?? 0);

    // The filter with the norm's factors, then the factors, then what sums start from.
    public override long PreparedElements => ((long)(g.KernelH * g.KernelW) + 2) * g.C;

    public override void Prepare(Operands o)
    {
        Span<float> weight = o.Parameters[0].Span, folded = o.Prepared.Span[..weight.Length];
        Span<float> scale = o.Prepared.Span.Slice(weight.Length, g.C);
        FoldedNorm.Compute(op, o, scale, o.Prepared.Span.Slice(weight.Length + g.C, g.C));
        for (int tap = 0; tap < weight.Length; tap += g.C)
            TensorPrimitives.Multiply(weight.Slice(tap, g.C), scale, folded.Slice(tap, g.C));
    }

    public override void Forward(Operands o)
    {
        current = o;
        workers.Run(g.N * g.P, forwardRow);
    }

    public override void Backward(Operands o)
    {
        current = o;
        if (o.DInput.IsWanted || !o.DParameters[0].IsNone)
            workers.Run(backwardParts, backwardPart);
        if (!o.DParameters[0].IsNone)
            HostReduce.AddRows(o.Workspace.Pointer, backwardParts, o.DParameters[0].Span);
        if (op.Bias && !o.DParameters[1].IsNone)
            bias!.Run(o.DOutput.Pointer, o.DParameters[1].Span, o.Workspace.Pointer);
    }

    [SkipLocalsInit]
    private void ForwardRow(int part)
    {
        (int n, int p) = Math.DivRem(part, g.P);
        float* x = current.Input.Pointer + ((long)n * g.H * g.W * g.C);
        float** rows = stackalloc float*[g.KernelH];
        for (int a = 0; a < g.KernelH; a++)
        {
            int h = (p * g.StrideH) + (a * g.DilationH) - g.Top;
            rows[a] = h >= 0 && h < g.H ? x + ((long)h * g.W * g.C) : null;
        }
        float* weight = current.Prepared.Pointer, start = weight + (((long)(g.KernelH * g.KernelW) + 1) * g.C);
        nint pitch = op.Output.C, pixel = (nint)part * g.Q;
        float* y = current.Output.Pointer + (pixel * pitch) + (op.Epilogue.Slice?.First ?? 0);
        row.Compute(rows, weight, start, y, pitch, epilogue);
        float* residual = op.Epilogue.Residual == ResidualOrder.None ? null : current.Inputs[1].Pointer + (pixel * g.C);
        epilogue.Apply(y, pitch, residual, g.C, g.Q, g.C);
    }

    private void BackwardPart(int part)
    {
        bool wantsWeights = !current.DParameters[0].IsNone;
        int taps = g.KernelH * g.KernelW;
        float* partial = current.Workspace.Pointer + ((long)part * taps * g.C);
        if (wantsWeights)
            new Span<float>(partial, taps * g.C).Clear();
        int end = WorkParts.Start(part + 1, backwardParts, g.N * g.H);
        for (int line = WorkParts.Start(part, backwardParts, g.N * g.H); line < end; line++)
        {
            (int n, int h) = Math.DivRem(line, g.H);
            float* dy = current.DOutput.Pointer + ((long)n * g.P * g.Q * g.C);
            long start = (long)line * g.W * g.C;
            if (current.DInput.IsWanted)
                SumTaps(dy, g.Q, current.DInput.Tensor.Pointer + start, g.W, rowsBackward, h, columnsBackward, current.DInput.Adds);
            if (wantsWeights)
                AddLine(current.Input.Pointer + start, dy, h, partial);
        }
    }

    // Adds what an input row contributes to the weight gradients: its product with every output row that reads it.
    private void AddLine(float* x, float* dy, int h, float* partial)
    {
        for (int r = rowsBackward.Start[h]; r < rowsBackward.Start[h + 1]; r++)
        {
            float* row = dy + ((long)rowsBackward.Source[r] * g.Q * g.C);
            for (int b = 0; b < g.KernelW; b++)
                AddTap(x, row, partial + ((((long)rowsBackward.Tap[r] * g.KernelW) + b) * g.C), b);
        }
    }

    // target[t, c] (+)= Σ over row and column pairs: source[row, column, c] · weight[a, b, c]
    private void SumTaps(float* source, int sourceWidth, float* target, int targets, TapTable rows, int row, TapTable columns, bool add)
    {
        Tap* taps = stackalloc Tap[g.KernelH * g.KernelW];
        for (int t = 0; t < targets; t++, target += g.C)
        {
            int count = 0;
            for (int r = rows.Start[row]; r < rows.Start[row + 1]; r++)
            {
                for (int s = columns.Start[t]; s < columns.Start[t + 1]; s++)
                {
                    long pixel = ((long)rows.Source[r] * sourceWidth) + columns.Source[s];
                    taps[count++] = new Tap(pixel * g.C, ((long)(rows.Tap[r] * g.KernelW) + columns.Tap[s]) * g.C);
                }
            }
            SumPixel(source, target, taps, count, add);
        }
    }

    // Channels run innermost, so that memory is read in the order in which it lies; four registers share a tap's addresses.
    private void SumPixel(float* source, float* target, Tap* taps, int count, bool add)
    {
        float* weight = current.Parameters[0].Pointer;
        int n = TLanes.Count, c = 0;
        for (; c <= g.C - (4 * n); c += 4 * n)
        {
            TLanes s0 = First<TLanes>(target, c, add), s1 = First<TLanes>(target, c + n, add);
            TLanes s2 = First<TLanes>(target, c + (2 * n), add), s3 = First<TLanes>(target, c + (3 * n), add);
            for (int k = 0; k < count; k++)
            {
                float* x = source + taps[k].Source + c, w = weight + taps[k].Weight + c;
                s0 = TLanes.MultiplyAdd(TLanes.Load(x), TLanes.Load(w), s0);
                s1 = TLanes.MultiplyAdd(TLanes.Load(x + n), TLanes.Load(w + n), s1);
                s2 = TLanes.MultiplyAdd(TLanes.Load(x + (2 * n)), TLanes.Load(w + (2 * n)), s2);
                s3 = TLanes.MultiplyAdd(TLanes.Load(x + (3 * n)), TLanes.Load(w + (3 * n)), s3);
            }
            TLanes.Store(s0, target + c);
            TLanes.Store(s1, target + c + n);
            TLanes.Store(s2, target + c + (2 * n));
            TLanes.Store(s3, target + c + (3 * n));
        }
        for (; c <= g.C - n; c += n)
            SumLanes<TLanes>(source, weight, target, taps, count, add, c);
        for (; c < g.C; c++)
            SumLanes<Lanes1>(source, weight, target, taps, count, add, c);
    }

    private static void SumLanes<T>(float* source, float* weight, float* target, Tap* taps, int count, bool add, int c)
        where T : unmanaged, ILanes<T>
    {
        T sum = First<T>(target, c, add);
        for (int k = 0; k < count; k++)
            sum = T.MultiplyAdd(T.Load(source + taps[k].Source + c), T.Load(weight + taps[k].Weight + c), sum);
        T.Store(sum, target + c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T First<T>(float* target, int c, bool add)
        where T : unmanaged, ILanes<T> => add ? T.Load(target + c) : T.Create(0);

    // partial[c] += Σ_q x[q·s + b·d − left, c] · dy[q, c] over the q whose column lies inside the image
    private void AddTap(float* x, float* dy, float* partial, int b)
    {
        int offset = (b * g.DilationW) - g.Left;
        int first = offset < 0 ? (-offset + g.StrideW - 1) / g.StrideW : 0;
        int end = Math.Min(g.Q, offset >= g.W ? 0 : ((g.W - 1 - offset) / g.StrideW) + 1);
        if (end <= first)
            return;
        x += ((long)(first * g.StrideW) + offset) * g.C;
        dy += (long)first * g.C;
        int c = 0;
        for (; c <= g.C - (4 * TLanes.Count); c += 4 * TLanes.Count)
            AddFour(x + c, dy + c, partial + c, end - first);
        for (; c <= g.C - TLanes.Count; c += TLanes.Count)
            AddChannels<TLanes>(x + c, dy + c, partial + c, end - first);
        for (; c < g.C; c++)
            AddChannels<Lanes1>(x + c, dy + c, partial + c, end - first);
    }

    // Four registers side by side read whole stretches of memory, and their sums hide the latency of the multiply-add.
    private void AddFour(float* x, float* dy, float* partial, int count)
    {
        int n = TLanes.Count;
        long stepX = (long)g.StrideW * g.C, stepY = g.C;
        TLanes s0 = TLanes.Load(partial), s1 = TLanes.Load(partial + n), s2 = TLanes.Load(partial + (2 * n)),
            s3 = TLanes.Load(partial + (3 * n));
        for (int q = 0; q < count; q++, x += stepX, dy += stepY)
        {
            s0 = TLanes.MultiplyAdd(TLanes.Load(x), TLanes.Load(dy), s0);
            s1 = TLanes.MultiplyAdd(TLanes.Load(x + n), TLanes.Load(dy + n), s1);
            s2 = TLanes.MultiplyAdd(TLanes.Load(x + (2 * n)), TLanes.Load(dy + (2 * n)), s2);
            s3 = TLanes.MultiplyAdd(TLanes.Load(x + (3 * n)), TLanes.Load(dy + (3 * n)), s3);
        }
        TLanes.Store(s0, partial);
        TLanes.Store(s1, partial + n);
        TLanes.Store(s2, partial + (2 * n));
        TLanes.Store(s3, partial + (3 * n));
    }

    // Four sums, each of every fourth pixel, hide the latency of the multiply-add.
    private void AddChannels<T>(float* x, float* dy, float* partial, int count)
        where T : unmanaged, ILanes<T>
    {
        long stepX = (long)g.StrideW * g.C, stepY = g.C;
        T s0 = T.Create(0), s1 = s0, s2 = s0, s3 = s0;
        int q = 0;
        for (; q <= count - 4; q += 4)
        {
            s0 = T.MultiplyAdd(T.Load(x), T.Load(dy), s0);
            s1 = T.MultiplyAdd(T.Load(x + stepX), T.Load(dy + stepY), s1);
            s2 = T.MultiplyAdd(T.Load(x + (2 * stepX)), T.Load(dy + (2 * stepY)), s2);
            s3 = T.MultiplyAdd(T.Load(x + (3 * stepX)), T.Load(dy + (3 * stepY)), s3);
            x += 4 * stepX;
            dy += 4 * stepY;
        }
        for (; q < count; q++)
        {
            s0 = T.MultiplyAdd(T.Load(x), T.Load(dy), s0);
            x += stepX;
            dy += stepY;
        }
        T.Store(T.Load(partial) + ((s0 + s1) + (s2 + s3)), partial);
    }

    // Where a product finds its pixel and its weight, in floats from the start of each.
    private readonly record struct Tap(long Source, long Weight);
}
