namespace GpuNet.Kernels;

/// <summary>
/// One axis of a convolution as a gather: target u reads source index u·Step + Offsets[i] through kernel tap Taps[i], where that
/// lies inside the source. Offsets ascend. The targets are the indices First, First + Stride and so on of their own axis.
/// </summary>
internal sealed record AxisTaps(int First, int Stride, int Targets, int Sources, int Step, int[] Offsets, int[] Taps)
{
    /// <summary>Outputs gather from inputs.</summary>
    public static AxisTaps Forward(int outputs, int inputs, int taps, int stride, int dilation, int before)
    {
        var offsets = new int[taps];
        var all = new int[taps];
        for (int tap = 0; tap < taps; tap++)
            (offsets[tap], all[tap]) = ((tap * dilation) - before, tap);
        return new AxisTaps(0, 1, outputs, inputs, stride, offsets, all);
    }

    /// <summary>
    /// Inputs gather from outputs. Output o reads input i through tap t where o·stride = i + before − t·dilation, so that inputs
    /// with the same remainder by the stride share their taps: one gather for each remainder, and without taps where there are none.
    /// </summary>
    public static AxisTaps[] Backward(int inputs, int outputs, int taps, int stride, int dilation, int before)
    {
        var classes = new AxisTaps[Math.Min(stride, inputs)];
        for (int first = 0; first < classes.Length; first++)
        {
            var offsets = new List<int>();
            var own = new List<int>();
            for (int tap = taps - 1; tap >= 0; tap--)
            {
                int strided = first + before - (tap * dilation);
                if (strided % stride != 0)
                    continue;
                offsets.Add(strided / stride);
                own.Add(tap);
            }
            int targets = (inputs - first + stride - 1) / stride;
            classes[first] = new AxisTaps(first, stride, targets, outputs, 1, [.. offsets], [.. own]);
        }
        return classes;
    }
}

/// <summary>
/// One axis of a window, written out: for each input index the (output index, tap) pairs that lie inside the output. Backward sums
/// over the pairs without a bounds test.
/// </summary>
internal sealed class TapTable
{
    private TapTable(int targets, int sources, int taps, Func<int, int, int> sourceOf)
    {
        Start = new int[targets + 1];
        var source = new List<int>();
        var tap = new List<int>();
        for (int target = 0; target < targets; target++)
        {
            for (int t = 0; t < taps; t++)
            {
                int index = sourceOf(target, t);
                if (index < 0 || index >= sources)
                    continue;
                source.Add(index);
                tap.Add(t);
            }
            Start[target + 1] = source.Count;
        }
        Source = [.. source];
        Tap = [.. tap];
    }

    /// <summary>Where a target's pairs start in <see cref="Source"/> and <see cref="Tap"/>; one more entry ends the last.</summary>
    public int[] Start { get; }

    /// <summary>Source index of each pair.</summary>
    public int[] Source { get; }

    /// <summary>Tap of each pair.</summary>
    public int[] Tap { get; }

    /// <summary>Output rows that read each input row.</summary>
    public static TapTable RowsBackward(Shape input, Window window, Shape output) =>
        Backward(input.H, output.H, window.KernelH, window.StrideH, window.DilationH, window.Top);

    /// <summary>Output columns that read each input column.</summary>
    public static TapTable ColumnsBackward(Shape input, Window window, Shape output) =>
        Backward(input.W, output.W, window.KernelW, window.StrideW, window.DilationW, window.Left);

    private static TapTable Backward(int inputs, int outputs, int taps, int stride, int dilation, int before) =>
        new(inputs, outputs, taps, (i, t) =>
        {
            int strided = i + before - (t * dilation);
            return strided >= 0 && strided % stride == 0 ? strided / stride : -1;
        });
}
