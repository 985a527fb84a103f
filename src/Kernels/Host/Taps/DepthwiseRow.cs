using System.Runtime.CompilerServices;

namespace GpuNet.Kernels.Host;

/// <summary>
/// One output row of a depthwise convolution: y[q, c] = start[c] + Σ_ab rows[a][q·s + b·d − left, c] · weight[a, b, c]. Four pixels
/// share the loads of the weights, and two registers of channels give eight sums, which hide the latency of the multiply-add. Pixels
/// run outside and channels inside, so that the input is read in the order of memory.
/// </summary>
internal sealed unsafe class DepthwiseRow<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    private const int Pixels = 4;

    private readonly WindowGeometry g;
    private readonly int firstInside, endInside;
    private readonly nint tapStep, pixelStep;

    /// <summary>Finds the pixels whose taps all lie inside the image.</summary>
    public DepthwiseRow(WindowGeometry g)
    {
        this.g = g;
        int span = (g.KernelW - 1) * g.DilationW;
        firstInside = Math.Min((g.Left + g.StrideW - 1) / g.StrideW, g.Q);
        endInside = Math.Clamp(((g.W - 1 - span + g.Left) / g.StrideW) + 1, firstInside, g.Q);
        if (g.W - 1 - span + g.Left < 0)
            endInside = firstInside;
        (tapStep, pixelStep) = ((nint)g.DilationW * g.C, (nint)g.StrideW * g.C);
    }

    /// <summary>Computes the row.</summary>
    /// <param name="rows">The input row under each kernel row; null outside the image.</param>
    /// <param name="weight">The filter (a, b, c).</param>
    /// <param name="start">What sums start from, a value for each channel.</param>
    /// <param name="y">The output row.</param>
    /// <param name="pitch">Distance between its pixels.</param>
    /// <param name="epilogue">Says whether the sums are clamped.</param>
    [SkipLocalsInit]
    public void Compute(float** rows, float* weight, float* start, float* y, nint pitch, HostEpilogue<TLanes> epilogue)
    {
        TapRow* taps = stackalloc TapRow[g.KernelH];
        int count = 0;
        for (int a = 0; a < g.KernelH; a++)
        {
            if (rows[a] is not null)
                taps[count++] = new TapRow(rows[a], weight + ((nint)a * g.KernelW * g.C));
        }
        int inside = g.KernelW is 3 or 5 ? firstInside : g.Q, end = Math.Max(inside, endInside);
        for (int q = 0; q < inside; q++)
            OnePixel(taps, count, q, start, y + (q * pitch), epilogue);
        int pixel = inside;
        for (; pixel <= end - Pixels; pixel += Pixels)
            FourPixels(taps, count, pixel, start, y + (pixel * pitch), pitch, epilogue);
        // The last few are done again with their neighbours on the left.
        if (pixel < end && end - inside >= Pixels)
        {
            pixel = end - Pixels;
            FourPixels(taps, count, pixel, start, y + (pixel * pitch), pitch, epilogue);
            pixel = end;
        }
        for (; pixel < g.Q; pixel++)
            OnePixel(taps, count, pixel, start, y + (pixel * pitch), epilogue);
    }

    private void FourPixels(TapRow* taps, int count, int q, float* start, float* y, nint pitch, HostEpilogue<TLanes> epilogue)
    {
        nint offset = ((q * (nint)g.StrideW) - g.Left) * g.C;
        if (g.KernelW == 3)
            FourPixels<ThreeTaps>(taps, count, offset, start, y, pitch, epilogue.Clamps, epilogue.High);
        else
            FourPixels<FiveTaps>(taps, count, offset, start, y, pitch, epilogue.Clamps, epilogue.High);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FourPixels<TTaps>(
        TapRow* taps, int count, nint offset, float* start, float* y, nint pitch, bool clamps, float high)
        where TTaps : struct, ITaps
    {
        int n = TLanes.Count, c = 0;
        for (; c <= g.C - (2 * n); c += 2 * n)
        {
            TLanes s0 = TLanes.Load(start + c), s1 = s0, s2 = s0, s3 = s0;
            TLanes t0 = TLanes.Load(start + c + n), t1 = t0, t2 = t0, t3 = t0;
            for (int a = 0; a < count; a++)
            {
                float* x = taps[a].Source + offset + c, w = taps[a].Weight + c;
                TLanes u0 = TLanes.Load(w), u1 = Tap<TLanes, TTaps>(w, 1), u2 = Tap<TLanes, TTaps>(w, 2);
                TLanes u3 = Tap<TLanes, TTaps>(w, 3), u4 = Tap<TLanes, TTaps>(w, 4);
                w += n;
                TLanes v0 = TLanes.Load(w), v1 = Tap<TLanes, TTaps>(w, 1), v2 = Tap<TLanes, TTaps>(w, 2);
                TLanes v3 = Tap<TLanes, TTaps>(w, 3), v4 = Tap<TLanes, TTaps>(w, 4);
                s0 = Sum<TLanes, TTaps>(x, u0, u1, u2, u3, u4, s0);
                t0 = Sum<TLanes, TTaps>(x + n, v0, v1, v2, v3, v4, t0);
                x += pixelStep;
                s1 = Sum<TLanes, TTaps>(x, u0, u1, u2, u3, u4, s1);
                t1 = Sum<TLanes, TTaps>(x + n, v0, v1, v2, v3, v4, t1);
                x += pixelStep;
                s2 = Sum<TLanes, TTaps>(x, u0, u1, u2, u3, u4, s2);
                t2 = Sum<TLanes, TTaps>(x + n, v0, v1, v2, v3, v4, t2);
                x += pixelStep;
                s3 = Sum<TLanes, TTaps>(x, u0, u1, u2, u3, u4, s3);
                t3 = Sum<TLanes, TTaps>(x + n, v0, v1, v2, v3, v4, t3);
            }
            if (clamps)
            {
                TLanes l = TLanes.Create(0f), h = TLanes.Create(high);
                (s0, s1, s2, s3) = (TLanes.Clamp(s0, l, h), TLanes.Clamp(s1, l, h), TLanes.Clamp(s2, l, h), TLanes.Clamp(s3, l, h));
                (t0, t1, t2, t3) = (TLanes.Clamp(t0, l, h), TLanes.Clamp(t1, l, h), TLanes.Clamp(t2, l, h), TLanes.Clamp(t3, l, h));
            }
            Store(s0, s1, s2, s3, y + c, pitch);
            Store(t0, t1, t2, t3, y + c + n, pitch);
        }
        for (; c <= g.C - n; c += n)
            FourPixelsOf<TLanes, TTaps>(taps, count, offset, start, y, pitch, clamps, high, c);
        for (; c < g.C; c++)
            FourPixelsOf<Lanes1, TTaps>(taps, count, offset, start, y, pitch, clamps, high, c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FourPixelsOf<T, TTaps>(
        TapRow* taps, int count, nint offset, float* start, float* y, nint pitch, bool clamps, float high, int c)
        where T : unmanaged, ILanes<T>
        where TTaps : struct, ITaps
    {
        T s0 = T.Load(start + c), s1 = s0, s2 = s0, s3 = s0;
        for (int a = 0; a < count; a++)
        {
            float* x = taps[a].Source + offset + c;
            float* w = taps[a].Weight + c;
            T u0 = T.Load(w), u1 = Tap<T, TTaps>(w, 1), u2 = Tap<T, TTaps>(w, 2), u3 = Tap<T, TTaps>(w, 3), u4 = Tap<T, TTaps>(w, 4);
            s0 = Sum<T, TTaps>(x, u0, u1, u2, u3, u4, s0);
            s1 = Sum<T, TTaps>(x + pixelStep, u0, u1, u2, u3, u4, s1);
            s2 = Sum<T, TTaps>(x + (2 * pixelStep), u0, u1, u2, u3, u4, s2);
            s3 = Sum<T, TTaps>(x + (3 * pixelStep), u0, u1, u2, u3, u4, s3);
        }
        if (clamps)
        {
            T l = T.Create(0f), h = T.Create(high);
            (s0, s1, s2, s3) = (T.Clamp(s0, l, h), T.Clamp(s1, l, h), T.Clamp(s2, l, h), T.Clamp(s3, l, h));
        }
        Store(s0, s1, s2, s3, y + c, pitch);
    }

    // The weight of tap b, where the kernel is so wide.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T Tap<T, TTaps>(float* weight, int b)
        where T : unmanaged, ILanes<T>
        where TTaps : struct, ITaps => b < TTaps.Count ? T.Load(weight + ((nint)b * g.C)) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T Sum<T, TTaps>(float* x, T w0, T w1, T w2, T w3, T w4, T sum)
        where T : unmanaged, ILanes<T>
        where TTaps : struct, ITaps
    {
        sum = T.MultiplyAdd(T.Load(x), w0, sum);
        sum = T.MultiplyAdd(T.Load(x + tapStep), w1, sum);
        sum = T.MultiplyAdd(T.Load(x + (2 * tapStep)), w2, sum);
        if (TTaps.Count == 3)
            return sum;
        sum = T.MultiplyAdd(T.Load(x + (3 * tapStep)), w3, sum);
        return T.MultiplyAdd(T.Load(x + (4 * tapStep)), w4, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(T s0, T s1, T s2, T s3, float* y, nint pitch)
        where T : unmanaged, ILanes<T>
    {
        T.Store(s0, y);
        T.Store(s1, y + pitch);
        T.Store(s2, y + (2 * pitch));
        T.Store(s3, y + (3 * pitch));
    }

    // A pixel at the edge, or of a kernel width that is not unrolled.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void OnePixel(TapRow* taps, int count, int q, float* start, float* y, HostEpilogue<TLanes> epilogue)
    {
        int column = (q * g.StrideW) - g.Left;
        int first = column < 0 ? (-column + g.DilationW - 1) / g.DilationW : 0;
        int end = column < g.W ? Math.Min(g.KernelW, ((g.W - 1 - column) / g.DilationW) + 1) : 0;
        nint offset = (nint)column * g.C;
        int n = TLanes.Count, c = 0;
        for (; c <= g.C - (4 * n); c += 4 * n)
        {
            TLanes s0 = TLanes.Load(start + c), s1 = TLanes.Load(start + c + n);
            TLanes s2 = TLanes.Load(start + c + (2 * n)), s3 = TLanes.Load(start + c + (3 * n));
            for (int a = 0; a < count; a++)
            {
                float* x = taps[a].Source + offset + (first * tapStep) + c, w = taps[a].Weight + ((nint)first * g.C) + c;
                for (int b = first; b < end; b++, x += tapStep, w += g.C)
                {
                    s0 = TLanes.MultiplyAdd(TLanes.Load(x), TLanes.Load(w), s0);
                    s1 = TLanes.MultiplyAdd(TLanes.Load(x + n), TLanes.Load(w + n), s1);
                    s2 = TLanes.MultiplyAdd(TLanes.Load(x + (2 * n)), TLanes.Load(w + (2 * n)), s2);
                    s3 = TLanes.MultiplyAdd(TLanes.Load(x + (3 * n)), TLanes.Load(w + (3 * n)), s3);
                }
            }
            TLanes.Store(Clamp(s0, epilogue), y + c);
            TLanes.Store(Clamp(s1, epilogue), y + c + n);
            TLanes.Store(Clamp(s2, epilogue), y + c + (2 * n));
            TLanes.Store(Clamp(s3, epilogue), y + c + (3 * n));
        }
        for (; c <= g.C - n; c += n)
            TLanes.Store(Clamp(OnePixelOf<TLanes>(taps, count, offset, first, end, start, c), epilogue), y + c);
        for (; c < g.C; c++)
            Lanes1.Store(Clamp(OnePixelOf<Lanes1>(taps, count, offset, first, end, start, c), epilogue), y + c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private T OnePixelOf<T>(TapRow* taps, int count, nint offset, int first, int end, float* start, int c)
        where T : unmanaged, ILanes<T>
    {
        T sum = T.Load(start + c);
        for (int a = 0; a < count; a++)
        {
            float* x = taps[a].Source + offset + (first * tapStep) + c, w = taps[a].Weight + ((nint)first * g.C) + c;
            for (int b = first; b < end; b++, x += tapStep, w += g.C)
                sum = T.MultiplyAdd(T.Load(x), T.Load(w), sum);
        }
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Clamp<T>(T value, HostEpilogue<TLanes> epilogue)
        where T : unmanaged, ILanes<T> =>
        epilogue.Clamps ? T.Clamp(value, T.Create(0f), T.Create(epilogue.High)) : value;

    private interface ITaps
    {
        static abstract int Count { get; }
    }

    private readonly struct ThreeTaps : ITaps
    {
        public static int Count => 3;
    }

    private readonly struct FiveTaps : ITaps
    {
        public static int Count => 5;
    }

    // An input row and the kernel row that lies over it.
    private readonly struct TapRow(float* source, float* weight)
    {
        public readonly float* Source = source, Weight = weight;
    }
}
