using System.Runtime.CompilerServices;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

internal sealed unsafe partial class InvertedBottleneckHost<TLanes, TActivation>
{
    private readonly Lines forwardLines, backwardLines;
    private readonly TapTable rowsBackward;
    private readonly AxisTaps[] columnsBackward;
    private readonly Action<int> filterBackPart;

    private int Taps => g.KernelH * g.KernelW;

    // Lines of h1 with the window's padding around them, so that every tap of every target reads memory.
    private Lines LinesForward()
    {
        int last = ((g.Q - 1) * g.StrideW) + ((g.KernelW - 1) * g.DilationW) - g.Left;
        return new Lines(Math.Min(g.H, ((g.KernelH - 1) * g.DilationH) + 1), g.Left, g.W, Math.Max(0, last - (g.W - 1)));
    }

    // Lines of dz2, padded as far as inputs at the edges look.
    private Lines LinesBackward()
    {
        int before = 0, after = 0;
        foreach (AxisTaps column in AxisTaps.Backward(g.W, g.Q, g.KernelW, g.StrideW, g.DilationW, g.Left))
        {
            foreach (int offset in column.Offsets)
            {
                before = Math.Max(before, -offset);
                after = Math.Max(after, column.Targets - 1 + offset - (g.Q - 1));
            }
        }
        return new Lines(Math.Min(g.P, ((g.KernelH - 1) * g.DilationH / g.StrideH) + 1), before, g.Q, after);
    }

    // z2 = filter(act(norm(z1))) and its moments, line by line; the lines of h1 are made as they are needed.
    private void FilterPart(int part)
    {
        int line = WorkParts.Start(part, parts, g.N * g.P), first = line, end = WorkParts.Start(part + 1, parts, g.N * g.P),
            piece = pool.Take();
        float* ring = Piece(piece), target = ring + ((nint)forwardLines.Elements * pitch);
        int* held = stackalloc int[forwardLines.Count];
        ClearPadding(forwardLines, ring, held);
        float** sources = stackalloc float*[Taps];
        float** weights = stackalloc float*[Taps];
        for (; line < end; line++)
        {
            (int n, int p) = Math.DivRem(line, g.P);
            int count = 0;
            for (int a = 0; a < g.KernelH; a++)
            {
                int h = (p * g.StrideH) + (a * g.DilationH) - g.Top;
                if (h < 0 || h >= g.H)
                    continue;
                int slot = h % forwardLines.Count, source = (n * g.H) + h;
                float* start = ring + ((nint)slot * forwardLines.Pixels * pitch);
                if (held[slot] != source)
                    HiddenLine(source, start + ((nint)g.Left * pitch));
                held[slot] = source;
                for (int b = 0; b < g.KernelW; b++)
                {
                    sources[count] = start + ((nint)b * g.DilationW * pitch);
                    weights[count++] = At(taps) + ((((nint)a * g.KernelW) + b) * pitch);
                }
            }
            var o = new TapOperands
            {
                Sources = sources,
                Weights = weights,
                SourceStep = (nint)g.StrideW * pitch,
                Target = target,
                TargetStep = pitch,
                Count = g.Q,
                Channels = pitch,
            };
            if (count == 0)
                new Span<float>(target, g.Q * pitch).Clear();
            TapSumTable<TLanes>.Run(&o, count);
            if (line == first)
                norm2.BeginMoments(part, target, pitch, g.Q);
            norm2.StoreRows(part, target, pitch, z2 + ((long)line * g.Q * pitch), pitch, g.Q, streams2);
        }
        norm2.EndMoments(part, (end - first) * g.Q);
        pool.Return(piece);
    }

    // A line of h1: the input itself where nothing is expanded.
    private void HiddenLine(int line, float* target)
    {
        if (expands)
        {
            Normalise(norm1, z1 + ((long)line * g.W * pitch), target, g.W);
            return;
        }
        float* x = current.Input.Pointer + ((long)line * g.W * narrow);
        if (narrow == pitch)
        {
            int elements = g.W * pitch;
            for (int i = 0; i < elements; i += TLanes.Count)
            {
                CacheHint.Fetch(x + i + elements);
                TLanes.Store(TLanes.Load(x + i), target + i);
            }
            return;
        }
        for (int w = 0; w < g.W; w++, x += narrow, target += pitch)
        {
            for (int c = 0; c < pitch; c += TLanes.Count)
                TLanes.Store(TLanes.LoadFirst(x + c, narrow - c), target + c);
        }
    }

    // Data and weight gradient of the filter in one pass: input line h1 meets every line of dz2 that it went into.
    private void FilterBackPart(int part)
    {
        int line = WorkParts.Start(part, parts, g.N * g.H), end = WorkParts.Start(part + 1, parts, g.N * g.H), piece = pool.Take();
        float* ring = Piece(piece), h1 = ring + ((nint)backwardLines.Elements * pitch), dh1 = h1 + ((nint)g.W * pitch);
        float* sums = At(partials) + ((long)part * Taps * pitch);
        new Span<float>(sums, Taps * pitch).Clear();
        int* held = stackalloc int[backwardLines.Count];
        ClearPadding(backwardLines, ring, held);
        float** sources = stackalloc float*[Taps];
        float** weights = stackalloc float*[Taps];
        float** products = stackalloc float*[Taps];
        if (expands)
            norm1.BeginSums(part);
        for (; line < end; line++)
        {
            (int n, int h) = Math.DivRem(line, g.H);
            int firstTap = rowsBackward.Start[h], endTap = rowsBackward.Start[h + 1];
            HiddenLine(line, h1);
            for (int r = firstTap; r < endTap; r++)
            {
                int slot = rowsBackward.Source[r] % backwardLines.Count, source = (n * g.P) + rowsBackward.Source[r];
                if (held[slot] != source)
                    GradientRows(norm2, d2, z2, (long)source * g.Q,
                        ring + ((((nint)slot * backwardLines.Pixels) + backwardLines.Before) * pitch), g.Q);
                held[slot] = source;
            }
            foreach (AxisTaps columns in columnsBackward)
            {
                int count = 0;
                for (int r = firstTap; r < endTap; r++)
                {
                    int slot = rowsBackward.Source[r] % backwardLines.Count;
                    float* start = ring + ((((nint)slot * backwardLines.Pixels) + backwardLines.Before) * pitch);
                    for (int i = 0; i < columns.Taps.Length; i++)
                    {
                        nint tap = (((nint)rowsBackward.Tap[r] * g.KernelW) + columns.Taps[i]) * pitch;
                        sources[count] = start + ((nint)columns.Offsets[i] * pitch);
                        weights[count] = At(taps) + tap;
                        products[count++] = sums + tap;
                    }
                }
                if (count == 0)
                {
                    ClearPixels(dh1, columns);
                    continue;
                }
                var o = new TapOperands
                {
                    Sources = sources,
                    Weights = weights,
                    Products = products,
                    SourceStep = pitch,
                    Factor = h1 + ((nint)columns.First * pitch),
                    Target = dh1 + ((nint)columns.First * pitch),
                    TargetStep = (nint)columns.Stride * pitch,
                    Count = columns.Targets,
                    Channels = pitch,
                };
                TapSumTable<TLanes>.Run(&o, count);
            }
            if (expands)
                ActivationLine(part, dh1, (long)line * g.W);
            else if (current.DInput.IsWanted)
                InputLine(dh1, (long)line * g.W * narrow);
        }
        pool.Return(piece);
    }

    private void ClearPixels(float* line, AxisTaps columns)
    {
        for (int u = 0; u < columns.Targets; u++)
            new Span<float>(line + (((nint)columns.First + ((nint)u * columns.Stride)) * pitch), pitch).Clear();
    }

    // da1 = dh1·act'(norm(z1)) and its sums.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ActivationLine(int part, float* dh, long firstRow)
    {
        float* z = z1 + (firstRow * pitch), da = d1 + (firstRow * pitch), sums = norm1.RunSums(part);
        for (int w = 0; w < g.W; w += RowsAtOnce)
        {
            int some = Math.Min(RowsAtOnce, g.W - w);
            for (int c = 0; c < pitch; c += TLanes.Count)
            {
                TLanes center = TLanes.Load(norm1.Center + c), scale = TLanes.Load(norm1.Scale + c), shift = TLanes.Load(norm1.Shift + c);
                TLanes s = TLanes.Load(sums + c), q = TLanes.Load(sums + pitch + c);
                for (int i = 0, at = c; i < some; i++, at += pitch)
                {
                    TLanes d = TLanes.Load(z + at) - center;
                    TLanes value = TLanes.Load(dh + at) * TActivation.Gradient(TLanes.MultiplyAdd(d, scale, shift));
                    if (streams1)
                        CacheHint.Store(value, da + at);
                    else
                        TLanes.Store(value, da + at);
                    s += value;
                    q = TLanes.MultiplyAdd(value, d, q);
                }
                TLanes.Store(s, sums + c);
                TLanes.Store(q, sums + pitch + c);
            }
            z += some * pitch;
            dh += some * pitch;
            da += some * pitch;
            if ((w + some) % GatheredNorm<TLanes>.Run == 0 || w + some == g.W)
                norm1.EndRun(part);
        }
    }

    // dx (+)= dh1 + dy where the filter reads the input itself.
    private void InputLine(float* dh, long first)
    {
        float* dx = current.DInput.Tensor.Pointer + first, dy = op.Residual ? current.DOutput.Pointer + first : null;
        for (int w = 0; w < g.W; w++, dh += pitch)
        {
            for (int c = 0; c < narrow; c += TLanes.Count)
            {
                int at = (w * narrow) + c, valid = narrow - c;
                TLanes value = TLanes.Load(dh + c);
                if (dy is not null)
                    value += TLanes.LoadFirst(dy + at, valid);
                if (current.DInput.Adds)
                    value += TLanes.LoadFirst(dx + at, valid);
                TLanes.StoreFirst(value, dx + at, valid);
            }
        }
    }

    private void ClearPadding(Lines lines, float* ring, int* held)
    {
        for (int slot = 0; slot < lines.Count; slot++)
        {
            float* start = ring + ((nint)slot * lines.Pixels * pitch);
            new Span<float>(start, lines.Before * pitch).Clear();
            new Span<float>(start + ((nint)(lines.Before + lines.Width) * pitch), lines.After * pitch).Clear();
            held[slot] = -1;
        }
    }

    // Some lines of an image, each between zeros; a line of the image always goes to the same place.
    private readonly record struct Lines(int Count, int Before, int Width, int After)
    {
        public int Pixels => Before + Width + After;

        public long Elements => (long)Count * Pixels;
    }
}
