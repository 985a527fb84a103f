using System.Numerics.Tensors;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>Tap by tap with span primitives; a part is a row of targets or a row of the weights.</summary>
internal sealed unsafe class ConvolutionHost : Launcher
{
    private readonly Workers workers;
    private readonly WindowGeometry g;
    private readonly int groups;
    private readonly bool bias;
    private readonly TapTable rowsForward, columnsForward, rowsBackward, columnsBackward;
    private readonly Action<int> forwardRow, backwardRow, weightRow;
    private Operands current = null!;

    public ConvolutionHost(Device device, Convolution op)
    {
        workers = device.Workers;
        g = new WindowGeometry(op.Input, op.Window, op.Output, op.Groups);
        groups = op.Groups;
        bias = op.Bias;
        rowsForward = TapTable.RowsForward(op.Input, op.Window, op.Output);
        columnsForward = TapTable.ColumnsForward(op.Input, op.Window, op.Output);
        rowsBackward = TapTable.RowsBackward(op.Input, op.Window, op.Output);
        columnsBackward = TapTable.ColumnsBackward(op.Input, op.Window, op.Output);
        forwardRow = ForwardRow;
        backwardRow = BackwardRow;
        weightRow = WeightRow;
    }

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
            workers.Run(g.KernelH * g.KernelW * g.GroupC, weightRow);
        if (bias && !o.DParameters[1].IsNone)
            HostReduce.AddRows(o.DOutput.Pointer, g.N * g.P * g.Q, o.DParameters[1].Span);
    }

    private void ForwardRow(int part)
    {
        (int n, int p) = Math.DivRem(part, g.P);
        for (int q = 0; q < g.Q; q++)
        {
            float* to = current.Output.Pointer + ((((long)part * g.Q) + q) * g.K);
            new Span<float>(to, g.K).Clear();
            if (bias)
                current.Parameters[1].Span.CopyTo(new Span<float>(to, g.K));
            for (int r = rowsForward.Start[p]; r < rowsForward.Start[p + 1]; r++)
            {
                for (int s = columnsForward.Start[q]; s < columnsForward.Start[q + 1]; s++)
                {
                    float* x = current.Input.Pointer + (((((long)n * g.H) + rowsForward.Source[r]) * g.W) + columnsForward.Source[s]) * g.C;
                    int tap = (rowsForward.Tap[r] * g.KernelW) + columnsForward.Tap[s];
                    float* weight = current.Parameters[0].Pointer + ((long)tap * g.GroupC * g.K);
                    for (int c = 0; c < g.C; c++)
                    {
                        (int group, int inGroup) = Math.DivRem(c, g.GroupC);
                        var y = new Span<float>(to + (group * g.GroupK), g.GroupK);
                        var row = new ReadOnlySpan<float>(weight + ((long)inGroup * g.K) + (group * g.GroupK), g.GroupK);
                        TensorPrimitives.MultiplyAdd(row, x[c], y, y);
                    }
                }
            }
        }
    }

    private void BackwardRow(int part)
    {
        (int n, int h) = Math.DivRem(part, g.H);
        for (int w = 0; w < g.W; w++)
        {
            float* to = current.DInput.Tensor.Pointer + ((((long)part * g.W) + w) * g.C);
            if (!current.DInput.Adds)
                new Span<float>(to, g.C).Clear();
            for (int r = rowsBackward.Start[h]; r < rowsBackward.Start[h + 1]; r++)
            {
                for (int s = columnsBackward.Start[w]; s < columnsBackward.Start[w + 1]; s++)
                {
                    float* dy = current.DOutput.Pointer + (((((long)n * g.P) + rowsBackward.Source[r]) * g.Q) + columnsBackward.Source[s]) * g.K;
                    int tap = (rowsBackward.Tap[r] * g.KernelW) + columnsBackward.Tap[s];
                    float* weight = current.Parameters[0].Pointer + ((long)tap * g.GroupC * g.K);
                    for (int c = 0; c < g.C; c++)
                    {
                        (int group, int inGroup) = Math.DivRem(c, g.GroupC);
                        int first = group * g.GroupK;
                        to[c] += TensorPrimitives.Dot(new ReadOnlySpan<float>(dy + first, g.GroupK),
                            new ReadOnlySpan<float>(weight + ((long)inGroup * g.K) + first, g.GroupK));
                    }
                }
            }
        }
    }

    private void WeightRow(int part)
    {
        (int tap, int c) = Math.DivRem(part, g.GroupC);
        (int a, int b) = Math.DivRem(tap, g.KernelW);
        float* to = current.DParameters[0].Pointer + ((long)part * g.K);
        for (int row = 0; row < g.N * g.P; row++)
        {
            (int n, int p) = Math.DivRem(row, g.P);
            int h = (p * g.StrideH) + (a * g.DilationH) - g.Top;
            if (h < 0 || h >= g.H)
                continue;
            for (int q = 0; q < g.Q; q++)
            {
                int w = (q * g.StrideW) + (b * g.DilationW) - g.Left;
                if (w < 0 || w >= g.W)
                    continue;
                float* x = current.Input.Pointer + (((((long)n * g.H) + h) * g.W) + w) * g.C;
                float* dy = current.DOutput.Pointer + ((((long)row * g.Q) + q) * g.K);
                for (int group = 0; group < groups; group++)
                {
                    int first = group * g.GroupK;
                    var target = new Span<float>(to + first, g.GroupK);
                    TensorPrimitives.MultiplyAdd(new ReadOnlySpan<float>(dy + first, g.GroupK), x[(group * g.GroupC) + c], target, target);
                }
            }
        }
    }
}
