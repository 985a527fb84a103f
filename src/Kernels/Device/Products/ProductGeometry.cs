namespace GpuNet.Kernels;

/// <summary>
/// A matrix product whose rows are pixels, by value: target pixel (n, u, v) sums over the taps (a, b) of a window and over the channels
/// of a group, source[n, u·StepH + FirstH + a·SpacingH, v·StepW + FirstW + b·SpacingW, channel] · weight[a, b, channel, column]. A forward
/// convolution gathers inputs so, the gradient of its input gathers gradients of outputs, with the weights transposed. Where the
/// window is a single pixel, the rows are those of the source.
/// </summary>
internal readonly struct ProductGeometry
{
    /// <summary>Target pixels; channels that one tap sums over; result channels. The latter two are those of one group.</summary>
    public readonly int Rows, Depth, Columns;

    /// <summary>All channels of the source, and of the weights.</summary>
    public readonly int SourcePitch, WeightPitch;

    /// <summary>Images, and rows and columns of a target image.</summary>
    public readonly int Images, TargetH, TargetW;

    /// <summary>Rows and columns of a source image.</summary>
    public readonly int SourceH, SourceW;

    /// <summary>Source pixels from one target to the next, and those of the first target's first tap.</summary>
    public readonly int StepH, StepW, FirstH, FirstW;

    /// <summary>Taps, and source pixels from one to the next.</summary>
    public readonly int TapsH, TapsW, SpacingH, SpacingW;

    /// <summary>Weights before the first tap, and from one tap to the next.</summary>
    public readonly int FirstTap, TapStepH, TapStepW;

    /// <summary>
    /// The taps of a window's row as runs that are contiguous in source and weights: one where the taps are neighbouring pixels
    /// and all their channels take part, else one for each tap.
    /// </summary>
    public readonly int Runs, RunDepth;

    /// <summary>The result's image, and which of its pixels the targets are.</summary>
    public readonly int ResultH, ResultW, FirstResultH, FirstResultW, ResultStepH, ResultStepW;

    private ProductGeometry(Shape source, int columns, int groups, AxisTaps h, AxisTaps w, Shape result, int kernelW, bool joins)
    {
        (SourceH, SourceW, SourcePitch) = (source.H, source.W, source.C);
        (Images, TargetH, TargetW) = (source.N, h.Targets, w.Targets);
        (Rows, Depth, Columns, WeightPitch) = (checked(source.N * h.Targets * w.Targets), source.C / groups, columns / groups, columns);
        (StepH, StepW) = (h.Step, w.Step);
        (TapsH, TapsW) = (h.Taps.Length, w.Taps.Length);
        (FirstH, SpacingH) = (First(h.Offsets), Spacing(h.Offsets));
        (FirstW, SpacingW) = (First(w.Offsets), Spacing(w.Offsets));
        int tap = Depth * WeightPitch;
        (TapStepH, TapStepW) = (Spacing(h.Taps) * kernelW * tap, Spacing(w.Taps) * tap);
        FirstTap = ((First(h.Taps) * kernelW) + First(w.Taps)) * tap;
        bool joined = joins && groups == 1 && TapsW > 1 && SpacingW == 1 && TapStepW == tap;
        (Runs, RunDepth) = joined ? (1, TapsW * Depth) : (TapsW, Depth);
        (ResultH, ResultW, FirstResultH, FirstResultW, ResultStepH, ResultStepW) =
            (result.H, result.W, h.First, w.First, h.Stride, w.Stride);
    }

    /// <summary>
    /// Whether the window is a single tap that moves one pixel at a time over an unpadded image: the rows are the source's.
    /// </summary>
    internal bool IsDense =>
        TapsH == 1 && TapsW == 1 && StepH == 1 && StepW == 1 && FirstH == 0 && FirstW == 0 && ResultStepH == 1 && ResultStepW == 1
        && TargetH == SourceH && TargetW == SourceW;

    /// <summary>Multiply-accumulates of a row and a column.</summary>
    internal int Length => TapsH * TapsW * Depth;

    /// <summary>
    /// The product of a convolution's forward pass. Taps are joined to runs where no prologue has to tell channels apart.
    /// </summary>
    internal static ProductGeometry Forward(Convolution op, bool joins)
    {
        Window window = op.Window;
        return new ProductGeometry(op.Input, op.Channels, op.Groups,
            AxisTaps.Forward(op.Result.H, op.Input.H, window.KernelH, window.StrideH, window.DilationH, window.Top),
            AxisTaps.Forward(op.Result.W, op.Input.W, window.KernelW, window.StrideW, window.DilationW, window.Left),
            op.Result, window.KernelW, joins);
    }

    /// <summary>
    /// The products of the gradient of a convolution's input, one for each remainder of a pixel's row and column by the stride: its
    /// pixels are read through the same taps. The weights are transposed, and their taps in reverse order, so that both ascend.
    /// </summary>
    internal static IEnumerable<ProductGeometry> Backward(Convolution op)
    {
        Window window = op.Window;
        AxisTaps Reversed(AxisTaps axis, int taps) => axis with { Taps = [.. axis.Taps.Select(tap => taps - 1 - tap)] };
        return
            from h in AxisTaps.Backward(op.Input.H, op.Result.H, window.KernelH, window.StrideH, window.DilationH, window.Top)
            from w in AxisTaps.Backward(op.Input.W, op.Result.W, window.KernelW, window.StrideW, window.DilationW, window.Left)
            select new ProductGeometry(op.Result, op.Input.C, op.Groups, Reversed(h, window.KernelH), Reversed(w, window.KernelW),
                op.Input, window.KernelW, joins: true);
    }

    private static int First(int[] values) => values.Length > 0 ? values[0] : 0;

    // Taps and their offsets are arithmetic progressions.
    private static int Spacing(int[] values) => values.Length > 1 ? values[1] - values[0] : 0;
}
