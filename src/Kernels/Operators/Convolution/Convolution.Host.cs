using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>
/// Convolution as matrix products: y = rows(x)·w, dx = rows(dy)·wᵀ, dw = rows(x)ᵀ·dy, where rows() gathers what a pixel's window
/// sees. For a single tap that moves one pixel at a time the rows are the tensor itself.
/// </summary>
internal sealed unsafe class ConvolutionHost<TLanes> : Launcher
    where TLanes : unmanaged, ILanes<TLanes>
{
    private readonly Convolution op;
    private readonly MatrixProduct<TLanes> forward;
    private readonly MatrixProduct<TLanes>[] backwardData;
    private readonly TransposedProduct<TLanes> backwardWeights;
    private readonly RowSum? backwardBias;
    private readonly long workspace;
    private readonly int slice;

    public ConvolutionHost(Device device, Convolution op)
    {
        this.op = op;
        Workers workers = device.Workers;
        var g = new WindowGeometry(op.Input, op.Window, op.Result, op.Groups);
        int[] taps = [.. Enumerable.Range(0, op.Window.Taps)];
        MatrixRows rows = op.Window.IsPointwise
            ? new DenseRows(g.C, op.Groups)
            : new TapRows<TLanes>(
                AxisTaps.Forward(g.P, g.H, g.KernelH, g.StrideH, g.DilationH, g.Top),
                AxisTaps.Forward(g.Q, g.W, g.KernelW, g.StrideW, g.DilationW, g.Left), g.C, op.Groups);
        var weight = new WeightPanels<TLanes>(taps, g.GroupC, g.GroupK, op.Groups, transposed: false);
        slice = op.Epilogue.Slice?.First ?? 0;
        // A folded norm changes the filter, which then cannot be read where it lies.
        forward = new MatrixProduct<TLanes>(workers, op.Result.Rows, rows, weight, mayReadInPlace: op.Epilogue.NormEpsilon is null)
        {
            Epilogue = new HostEpilogue<TLanes>(op.Epilogue),
        };
        backwardData = op.Window.IsPointwise ? [PointwiseData(workers, op, g)] : [.. WindowData(workers, op, g)];
        backwardWeights = new TransposedProduct<TLanes>(workers, op.Result.Rows, rows, taps.Length * g.GroupC, g.GroupK, op.Groups);
        backwardBias = op.Bias ? new RowSum(workers, op.Result.Rows, g.K) : null;
        workspace = Math.Max(Math.Max(backwardWeights.WorkspaceElements, backwardBias?.WorkspaceElements ?? 0),
            backwardData.Max(p => p.PackedElements));
    }

    // Backward alone needs it.
    public override long WorkspaceElements => op.IsInferenceOnly ? 0 : workspace;

    // The panels, then the factor and the shift of each output channel.
    public override long PreparedElements => forward.PackedElements + (2L * op.Channels);

    public override void Prepare(Operands o)
    {
        float* packed = o.Prepared.Pointer, scale = packed + forward.PackedElements, shift = scale + op.Channels;
        FoldedNorm.Compute(op, o, new Span<float>(scale, op.Channels), new Span<float>(shift, op.Channels));
        forward.Pack(o.Parameters[0].Pointer, op.Epilogue.NormEpsilon is null ? null : scale, shift, packed);
    }

    public override void Forward(Operands o)
    {
        float* residual = op.Epilogue.Residual == ResidualOrder.None ? null : o.Inputs[1].Pointer;
        forward.Run(o.Input.Pointer, o.Parameters[0].Pointer, o.Prepared.Pointer, o.Output.Pointer + slice, op.Output.C, residual,
            adds: false);
    }

    public override void Backward(Operands o)
    {
        float* dy = o.DOutput.Pointer, weight = o.Parameters[0].Pointer, workspace = o.Workspace.Pointer;
        if (o.DInput.IsWanted)
        {
            foreach (MatrixProduct<TLanes> product in backwardData)
            {
                product.Pack(weight, null, null, workspace);
                product.Run(dy, weight, workspace, o.DInput.Tensor.Pointer, op.Input.C, null, o.DInput.Adds);
            }
        }
        if (!o.DParameters[0].IsNone)
            backwardWeights.Run(o.Input.Pointer, dy, o.DParameters[0].Pointer, workspace);
        if (backwardBias is not null && !o.DParameters[1].IsNone)
            backwardBias.Run(dy, o.DParameters[1].Span, workspace);
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
