using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>
/// Vectorised over channels. Forward and backward-data are the same sum over tap tables; a part is a row of targets, so no two
/// threads write the same row. Weight gradients are summed by groups of images and combined in order.
/// </summary>
internal sealed unsafe class DepthwiseConvHost<TLanes> : Launcher
    where TLanes : unmanaged, ILanes<TLanes>
{
    private const int MaxImageGroups = 16;

    private readonly Workers workers;
    private readonly WindowGeometry g;
    private readonly bool bias;
    private readonly TapTable rowsForward, columnsForward, rowsBackward, columnsBackward;
    private readonly Action<int> forwardRow, backwardRow, weightGroup;
    private readonly int imageGroups;
    private Operands current = null!;

    public DepthwiseConvHost(Device device, DepthwiseConv op)
    {
        workers = device.Workers;
        g = new WindowGeometry(op.Input, op.Window, op.Output, op.Input.C);
        bias = op.Bias;
        rowsForward = TapTable.RowsForward(op.Input, op.Window, op.Output);
        columnsForward = TapTable.ColumnsForward(op.Input, op.Window, op.Output);
        rowsBackward = TapTable.RowsBackward(op.Input, op.Window, op.Output);
        columnsBackward = TapTable.ColumnsBackward(op.Input, op.Window, op.Output);
        imageGroups = Math.Min(g.N, MaxImageGroups);
        forwardRow = ForwardRow;
        backwardRow = BackwardRow;
        weightGroup = WeightGroup;
    }

    public override long WorkspaceElements => (long)imageGroups * g.KernelH * g.KernelW * g.C;

    public override void Forward(Operands o)
    {
        current = o;
        workers.Run(g.N * g.P, forwardRow);
    }

    public override void Backward(Operands o)
    {
        current = o;
        if (o.DInput.IsWanted)
            workers.Run(g.N * g.H, backwardRow);
        if (!o.DParameters[0].IsNone)
        {
            workers.Run(imageGroups, weightGroup);
            HostReduce.AddRows(o.Workspace.Pointer, imageGroups, o.DParameters[0].Span);
        }
        if (bias && !o.DParameters[1].IsNone)
            HostReduce.AddRows(o.DOutput.Pointer, g.N * g.P * g.Q, o.DParameters[1].Span);
    }

    private void ForwardRow(int part)
    {
        (int n, int p) = Math.DivRem(part, g.P);
        float* start = bias ? current.Parameters[1].Pointer : null;
        float* x = current.Input.Pointer + ((long)n * g.H * g.W * g.C);
        float* y = current.Output.Pointer + ((long)part * g.Q * g.C);
        SumTaps(x, g.W, y, g.Q, rowsForward, p, columnsForward, start, add: false);
    }

    private void BackwardRow(int part)
    {
        (int n, int h) = Math.DivRem(part, g.H);
        float* dy = current.DOutput.Pointer + ((long)n * g.P * g.Q * g.C);
        float* dx = current.DInput.Tensor.Pointer + ((long)part * g.W * g.C);
        SumTaps(dy, g.Q, dx, g.W, rowsBackward, h, columnsBackward, null, current.DInput.Adds);
    }

    // target[t, c] (+)= start[c] + Σ over row and column pairs: source[row, column, c] · weight[a, b, c]
    private void SumTaps(float* source, int sourceWidth, float* target, int targets, TapTable rows, int row, TapTable columns, float* start, bool add)
    {
        float* weight = current.Parameters[0].Pointer;
        int c = 0;
        for (; c <= g.C - TLanes.Count; c += TLanes.Count)
            SumChannels<TLanes>(source, sourceWidth, target, targets, rows, row, columns, weight, start, add, c);
        for (; c < g.C; c++)
            SumChannels<Lanes1>(source, sourceWidth, target, targets, rows, row, columns, weight, start, add, c);
    }

    private void SumChannels<T>(
        float* source, int sourceWidth, float* target, int targets, TapTable rows, int row, TapTable columns, float* weight, float* start, bool add, int c)
        where T : unmanaged, ILanes<T>
    {
        int channels = g.C;
        int firstRow = rows.Start[row], endRow = rows.Start[row + 1];
        T initial = start is null ? T.Create(0) : T.Load(start + c);
        fixed (int* columnStart = columns.Start, columnSource = columns.Source, columnTap = columns.Tap, rowSource = rows.Source, rowTap = rows.Tap)
        {
            for (int t = 0; t < targets; t++)
            {
                float* to = target + ((long)t * channels) + c;
                T sum = add ? initial + T.Load(to) : initial;
                int first = columnStart[t], end = columnStart[t + 1];
                for (int r = firstRow; r < endRow; r++)
                {
                    float* from = source + ((long)rowSource[r] * sourceWidth * channels) + c;
                    float* taps = weight + ((long)rowTap[r] * g.KernelW * channels) + c;
                    for (int s = first; s < end; s++)
                        sum = T.MultiplyAdd(T.Load(from + ((long)columnSource[s] * channels)), T.Load(taps + ((long)columnTap[s] * channels)), sum);
                }
                T.Store(sum, to);
            }
        }
    }

    private void WeightGroup(int group)
    {
        int taps = g.KernelH * g.KernelW;
        float* partial = current.Workspace.Pointer + ((long)group * taps * g.C);
        new Span<float>(partial, taps * g.C).Clear();
        int firstImage = group * g.N / imageGroups, endImage = (group + 1) * g.N / imageGroups;
        for (int row = firstImage * g.P; row < endImage * g.P; row++)
        {
            (int n, int p) = Math.DivRem(row, g.P);
            float* dy = current.DOutput.Pointer + ((long)row * g.Q * g.C);
            for (int r = rowsForward.Start[p]; r < rowsForward.Start[p + 1]; r++)
            {
                float* x = current.Input.Pointer + (((long)n * g.H) + rowsForward.Source[r]) * g.W * g.C;
                for (int b = 0; b < g.KernelW; b++)
                    AddTap(x, dy, partial + ((long)((rowsForward.Tap[r] * g.KernelW) + b) * g.C), b);
            }
        }
    }

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
        for (; c <= g.C - TLanes.Count; c += TLanes.Count)
            AddChannels<TLanes>(x + c, dy + c, partial + c, end - first);
        for (; c < g.C; c++)
            AddChannels<Lanes1>(x + c, dy + c, partial + c, end - first);
    }

    // Four sums hide the latency of the multiply-add.
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
}
