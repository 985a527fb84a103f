using System.Runtime.CompilerServices;

namespace GpuNet.Kernels.Host;

/// <summary>
/// The matrix whose row is a target pixel and whose columns are (kernel row, kernel column, channel of the group): what im2col would
/// write to memory, gathered block by block instead (Chellapilla et al. 2006, "High Performance Convolutional Neural Networks for
/// Document Processing").
/// </summary>
internal sealed unsafe class TapRows<TLanes> : MatrixRows
    where TLanes : unmanaged, ILanes<TLanes>
{
    private readonly AxisTaps h, w;
    private readonly int channels, groupChannels;

    // Neighbouring taps of a kernel row that are neighbours in memory too are copied as one run.
    private readonly int[] runFirst, runTaps;

    public TapRows(AxisTaps h, AxisTaps w, int channels, int groups)
    {
        (this.h, this.w, this.channels) = (h, w, channels);
        groupChannels = channels / groups;
        var first = new List<int>();
        for (int j = 0; j < w.Offsets.Length; j++)
        {
            if (j == 0 || groups > 1 || w.Offsets[j] != w.Offsets[j - 1] + 1)
                first.Add(j);
        }
        runFirst = [.. first];
        runTaps = [.. first.Select((j, i) => (i + 1 < first.Count ? first[i + 1] : w.Offsets.Length) - j)];
    }

    public override float* Block(int group, int firstRow, int rows, int firstColumn, int columns, float* scratch, out nint stride)
    {
        stride = columns + TLanes.Count;
        float* target = scratch;
        while (rows > 0)
        {
            // The rows of one line of target pixels.
            (int line, int v) = Math.DivRem(firstRow, w.Targets);
            int count = Math.Min(rows, w.Targets - v);
            (int n, int u) = Math.DivRem(line, h.Targets);
            float* image = Source + ((long)n * h.Sources * w.Sources * channels) + (group * groupChannels);
            for (int i = 0; i < h.Offsets.Length; i++)
            {
                int sourceRow = (u * h.Step) + h.Offsets[i];
                float* line0 = sourceRow >= 0 && sourceRow < h.Sources ? image + ((long)sourceRow * w.Sources * channels) : null;
                for (int run = 0; run < runFirst.Length; run++)
                {
                    int start = ((i * w.Offsets.Length) + runFirst[run]) * groupChannels;
                    int from = Math.Max(start, firstColumn), to = Math.Min(start + (runTaps[run] * groupChannels), firstColumn + columns);
                    if (from < to)
                        CopyRun(line0, run, from - start, to - start, v, count, target + (from - firstColumn), stride);
                }
            }
            target += count * stride;
            firstRow += count;
            rows -= count;
        }
        return scratch;
    }

    // Elements [from, to) of a run for count targets from v on; source columns outside the image read as 0.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CopyRun(float* line, int run, int from, int to, int v, int count, float* target, nint stride)
    {
        // In a run of several taps elements count across pixels, which then lie channel by channel; a single tap is one pixel.
        int length = to - from, lastElement = w.Sources * groupChannels;
        int column = (v * w.Step) + w.Offsets[runFirst[run]];
        nint step = (nint)w.Step * channels;
        float* source = line + ((long)column * channels) + from;
        int first = (column * groupChannels) + from, stepElements = w.Step * groupChannels;
        // A short run is copied as a whole register, while that lies inside the line; what it writes too much is written again by the
        // next run, or lies in the padding.
        bool isShort = length <= TLanes.Count;
        int written = isShort ? TLanes.Count : length;
        for (int t = 0; t < count; t++, first += stepElements, source += step, target += stride)
        {
            if (line is not null && first >= 0 && first + written <= lastElement)
            {
                if (isShort)
                    TLanes.Store(TLanes.Load(source), target);
                else
                    Copy(source, target, length);
            }
            else
            {
                CopyInside(line is null ? null : source, first, length, lastElement, target);
            }
        }
    }

    private static void CopyInside(float* source, int first, int length, int lastElement, float* target)
    {
        int skipped = source is null ? length : Math.Clamp(-first, 0, length);
        int end = source is null ? length : Math.Clamp(lastElement - first, skipped, length);
        new Span<float>(target, skipped).Clear();
        if (end > skipped)
            Copy(source + skipped, target + skipped, end - skipped);
        new Span<float>(target + end, length - end).Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(float* source, float* target, int length)
    {
        int i = 0;
        for (; i <= length - TLanes.Count; i += TLanes.Count)
            TLanes.Store(TLanes.Load(source + i), target + i);
        if (i < length)
            TLanes.StoreFirst(TLanes.LoadFirst(source + i, length - i), target + i, length - i);
    }
}
