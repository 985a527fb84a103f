namespace GpuNet.Kernels.Host;

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
    /// Inputs gather from outputs. Input i meets output o through tap t where o·stride = i + before − t·dilation, so that inputs
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
                int reach = first + before - (tap * dilation);
                if (reach % stride != 0)
                    continue;
                offsets.Add(reach / stride);
                own.Add(tap);
            }
            int targets = (inputs - first + stride - 1) / stride;
            classes[first] = new AxisTaps(first, stride, targets, outputs, 1, [.. offsets], [.. own]);
        }
        return classes;
    }
}
