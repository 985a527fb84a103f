using System.Runtime.Intrinsics;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>
/// Convolution as matrix products: y = rows(x)·w, dx = rows(dy)·wᵀ, dw = rows(x)ᵀ·dy, where rows() gathers what a pixel's window
/// sees. For a single tap that moves one pixel at a time the rows are the tensor itself.
/// </summary>
internal sealed unsafe class ConvolutionHost<TLanes> : Launcher
    where TLanes : unmanaged, ILanes<TLanes>
{
    private readonly MatrixProduct<TLanes> forward;
    private readonly MatrixProduct<TLanes>[] backwardData;
    private readonly TransposedProduct<TLanes> backwardWeights;
    private readonly RowSum? backwardBias;
    private readonly long workspace;

    public ConvolutionHost(Device device, Convolution op)
    {
        Workers workers = device.Workers;
        var g = new WindowGeometry(op.Input, op.Window, op.Output, op.Groups);
        int[] taps = [.. Enumerable.Range(0, op.Window.Taps)];
        MatrixRows rows = op.Window.IsPointwise
            ? new DenseRows(g.C, op.Groups)
            : new TapRows<TLanes>(
                AxisTaps.Forward(g.P, g.H, g.KernelH, g.StrideH, g.DilationH, g.Top),
                AxisTaps.Forward(g.Q, g.W, g.KernelW, g.StrideW, g.DilationW, g.Left), g.C, op.Groups);
        var weight = new WeightPanels<TLanes>(taps, g.GroupC, g.GroupK, op.Groups, transposed: false);
        forward = new MatrixProduct<TLanes>(workers, op.Output.Rows, rows, weight);
        backwardData = op.Window.IsPointwise ? [PointwiseData(workers, op, g)] : [.. WindowData(workers, op, g)];
        backwardWeights = new TransposedProduct<TLanes>(workers, op.Output.Rows, rows, taps.Length * g.GroupC, g.GroupK, op.Groups);
        backwardBias = op.Bias ? new RowSum(workers, op.Output.Rows, g.K) : null;
        workspace = Math.Max(Math.Max(forward.WorkspaceElements, backwardData.Max(p => p.WorkspaceElements)),
            Math.Max(backwardWeights.WorkspaceElements, backwardBias?.WorkspaceElements ?? 0));
    }

    public override long WorkspaceElements => workspace;

    public override void Forward(Operands o)
    {
        float* bias = backwardBias is null ? null : o.Parameters[1].Pointer;
        forward.Run(o.Input.Pointer, o.Parameters[0].Pointer, bias, o.Output.Pointer, adds: false, o.Workspace.Pointer);
    }

    public override void Backward(Operands o)
    {
        float* dy = o.DOutput.Pointer;
        if (o.DInput.IsWanted)
        {
            foreach (MatrixProduct<TLanes> product in backwardData)
                product.Run(dy, o.Parameters[0].Pointer, null, o.DInput.Tensor.Pointer, o.DInput.Adds, o.Workspace.Pointer);
        }
        if (!o.DParameters[0].IsNone)
            backwardWeights.Run(o.Input.Pointer, dy, o.DParameters[0].Pointer, o.Workspace.Pointer);
        if (backwardBias is not null && !o.DParameters[1].IsNone)
            backwardBias.Run(dy, o.DParameters[1].Span, o.Workspace.Pointer);
    }

    private static MatrixProduct<TLanes> PointwiseData(Workers workers, Convolution op, WindowGeometry g) => new(
        workers, op.Input.Rows, new DenseRows(g.K, op.Groups),
        new WeightPanels<TLanes>([0], g.GroupC, g.GroupK, op.Groups, transposed: true));

    // One product for each remainder of a pixel's row and column by the stride: its pixels are read through the same taps.
    private static IEnumerable<MatrixProduct<TLanes>> WindowData(Workers workers, Convolution op, WindowGeometry g)
    {
        foreach (AxisTaps h in AxisTaps.Backward(g.H, g.P, g.KernelH, g.StrideH, g.DilationH, g.Top))
        {
            foreach (AxisTaps w in AxisTaps.Backward(g.W, g.Q, g.KernelW, g.StrideW, g.DilationW, g.Left))
            {
                int[] taps = [.. from a in h.Taps from b in w.Taps select (a * g.KernelW) + b];
                PixelScatter? scatter = h.Stride == 1 && w.Stride == 1 ? null : new PixelScatter(h, w, g.H, g.W);
                yield return new MatrixProduct<TLanes>(workers, g.N * h.Targets * w.Targets, new TapRows<TLanes>(h, w, g.K, op.Groups),
                    new WeightPanels<TLanes>(taps, g.GroupC, g.GroupK, op.Groups, transposed: true), scatter);
            }
        }
    }
}

/// <summary>Chooses the lane width.</summary>
internal static class ConvolutionHost
{
    public static Launcher Create(Device device, Convolution op) =>
        Vector512.IsHardwareAccelerated ? new ConvolutionHost<Lanes512>(device, op)
        : Vector256.IsHardwareAccelerated ? new ConvolutionHost<Lanes256>(device, op)
        : Vector128.IsHardwareAccelerated ? new ConvolutionHost<Lanes128>(device, op)
        : new ConvolutionHost<Lanes1>(device, op);
}
