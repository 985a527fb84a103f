namespace GpuNet.Kernels.Host;

/// <summary>
/// One axis of a window, written out: for each input index the (output index, tap) pairs that lie inside the output. Backward sums
/// over the pairs without a bounds test.
/// </summary>
public sealed class TapTable
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
            int reach = i + before - (t * dilation);
            return reach >= 0 && reach % stride == 0 ? reach / stride : -1;
        });
}
