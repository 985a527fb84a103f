using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

internal sealed unsafe partial class BatchNormHost<TLanes, TActivation>
{
    // Rows are added up in runs of this length first, which keeps the rounding error of long sums small.
    private const int Run = 32;

    // Rows that share the loads of the per-channel vectors, and the loads and stores of the sums; a divisor of the run.
    private const int RowsAtOnce = 4;

    // Values are taken relative to the mean of so many first rows, so that a large mean does not swallow the variance.
    private const int ReferenceRows = 8;

    private void SumMoments(int part)
    {
        int block = part / tiles, first = FirstRow(block, blocks), end = FirstRow(block + 1, blocks);
        (int channel, int endChannel) = TileRange(part % tiles);
        float* x = current.Input.Pointer;
        SumMoments(x + ((long)first * g.Width), end - first, g.Width, Sums(block), channel, endChannel);
        if (part == 0 && g.Tail > 0)
            SumMoments(x + ((long)g.Count * g.Width), g.Tail, g.Channels, Sums(blocks), 0, g.Channels);
    }

    private void SumGradients(int part)
    {
        int block = part / tiles, first = FirstRow(block, blocks), end = FirstRow(block + 1, blocks);
        (int channel, int endChannel) = TileRange(part % tiles);
        long start = (long)first * g.Width, tail = (long)g.Count * g.Width;
        float* x = current.Input.Pointer, dy = current.DOutput.Pointer;
        SumGradients(x + start, dy + start, end - first, g.Width, Sums(block), channel, endChannel);
        if (part == 0 && g.Tail > 0)
            SumGradients(x + tail, dy + tail, g.Tail, g.Channels, Sums(blocks), 0, g.Channels);
    }

    private (int First, int End) TileRange(int tile) =>
        tiles == 1 ? (0, g.Width) : (tile * TileChannels, Math.Min((tile + 1) * TileChannels, g.Width));

    // sums[c] = reference r, sums[pitch + c] = mean − r, sums[2·pitch + c] = Σ (x − mean)². The mean is kept in two numbers: rounded
    // to one it would lose the differences between blocks.
    private void SumMoments(float* x, int count, int width, float* sums, int c, int end)
    {
        for (; c <= end - (4 * TLanes.Count); c += 4 * TLanes.Count)
            FourMoments(x + c, count, width, sums + c);
        for (; c <= end - TLanes.Count; c += TLanes.Count)
            Moments<TLanes>(x + c, count, width, sums + c);
        for (; c < end; c++)
            Moments<Lanes1>(x + c, count, width, sums + c);
    }

    // Four registers side by side: their eight sums hide the latency of the additions.
    private void FourMoments(float* x, int count, int width, float* sums)
    {
        int n = TLanes.Count;
        TLanes r0 = Reference<TLanes>(x, count, width), r1 = Reference<TLanes>(x + n, count, width);
        TLanes r2 = Reference<TLanes>(x + (2 * n), count, width), r3 = Reference<TLanes>(x + (3 * n), count, width);
        TLanes zero = TLanes.Create(0), s0 = zero, s1 = zero, s2 = zero, s3 = zero, q0 = zero, q1 = zero, q2 = zero, q3 = zero;
        for (int row = 0; row < count; row += Run)
        {
            TLanes a0 = zero, a1 = zero, a2 = zero, a3 = zero, b0 = zero, b1 = zero, b2 = zero, b3 = zero;
            for (int i = Math.Min(Run, count - row); i > 0; i--, x += width)
            {
                TLanes d0 = TLanes.Load(x) - r0, d1 = TLanes.Load(x + n) - r1;
                TLanes d2 = TLanes.Load(x + (2 * n)) - r2, d3 = TLanes.Load(x + (3 * n)) - r3;
                (a0, a1, a2, a3) = (a0 + d0, a1 + d1, a2 + d2, a3 + d3);
                b0 = TLanes.MultiplyAdd(d0, d0, b0);
                b1 = TLanes.MultiplyAdd(d1, d1, b1);
                b2 = TLanes.MultiplyAdd(d2, d2, b2);
                b3 = TLanes.MultiplyAdd(d3, d3, b3);
            }
            (s0, s1, s2, s3) = (s0 + a0, s1 + a1, s2 + a2, s3 + a3);
            (q0, q1, q2, q3) = (q0 + b0, q1 + b1, q2 + b2, q3 + b3);
        }
        StoreMoments(r0, s0, q0, count, sums);
        StoreMoments(r1, s1, q1, count, sums + n);
        StoreMoments(r2, s2, q2, count, sums + (2 * n));
        StoreMoments(r3, s3, q3, count, sums + (3 * n));
    }

    private void Moments<T>(float* x, int count, int width, float* sums)
        where T : unmanaged, ILanes<T>
    {
        T reference = Reference<T>(x, count, width), s = T.Create(0), q = s;
        for (int row = 0; row < count; row += Run)
        {
            T a = T.Create(0), b = a;
            for (int i = Math.Min(Run, count - row); i > 0; i--, x += width)
            {
                T d = T.Load(x) - reference;
                a += d;
                b = T.MultiplyAdd(d, d, b);
            }
            s += a;
            q += b;
        }
        StoreMoments(reference, s, q, count, sums);
    }

    private static T Reference<T>(float* x, int count, int width)
        where T : unmanaged, ILanes<T>
    {
        int few = Math.Min(count, ReferenceRows);
        T sum = T.Load(x);
        for (int i = 1; i < few; i++)
            sum += T.Load(x + ((long)i * width));
        return sum * T.Create(1f / few);
    }

    private void StoreMoments<T>(T reference, T sum, T squares, int count, float* sums)
        where T : unmanaged, ILanes<T>
    {
        T shift = sum * T.Create(1f / count);
        T.Store(reference, sums);
        T.Store(shift, sums + g.Pitch);
        T.Store(T.Max(squares - (sum * shift), T.Create(0)), sums + (2 * g.Pitch));
    }

    // sums[c] = Σ dz, sums[pitch + c] = Σ dz·(x − center); the next two vectors hold the sums of a run. Rows are read one after the
    // other, not channel by channel: a smooth activation fills the processor's window, which then no longer looks far enough ahead
    // to fetch from many rows, while a contiguous stream is fetched before it is asked for.
    private void SumGradients(float* x, float* dy, int count, int width, float* sums, int first, int end)
    {
        for (int vector = 0; vector < SumVectors; vector++)
            new Span<float>(sums + ((long)vector * g.Pitch) + first, end - first).Clear();
        for (int row = 0; row < count; row += RowsAtOnce)
        {
            int rows = Math.Min(RowsAtOnce, count - row);
            AddRows(x, dy, rows, width, sums, first, end);
            x += (long)rows * width;
            dy += (long)rows * width;
            if ((row + rows) % Run == 0 || row + rows == count)
                EndRun(sums, first, end);
        }
    }

    private void AddRows(float* x, float* dy, int count, int width, float* sums, int c, int end)
    {
        float* vectors = Vector(0);
        for (; c <= end - TLanes.Count; c += TLanes.Count)
            AddLanes<TLanes>(x + c, dy + c, count, width, vectors + c, sums + c, g.Pitch);
        for (; c < end; c++)
            AddLanes<Lanes1>(x + c, dy + c, count, width, vectors + c, sums + c, g.Pitch);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddLanes<T>(float* x, float* dy, int count, long width, float* vectors, float* sums, long pitch)
        where T : unmanaged, ILanes<T>
    {
        T center = T.Load(vectors + (Center * pitch)), scale = T.Load(vectors + (Scale * pitch)),
            shift = T.Load(vectors + (Shift * pitch));
        T s = T.Load(sums + (2 * pitch)), q = T.Load(sums + (3 * pitch));
        for (; count > 0; count--, x += width, dy += width)
        {
            T d = T.Load(x) - center;
            T dz = T.Load(dy) * TActivation.Gradient(T.MultiplyAdd(d, scale, shift));
            s += dz;
            q = T.MultiplyAdd(dz, d, q);
        }
        T.Store(s, sums + (2 * pitch));
        T.Store(q, sums + (3 * pitch));
    }

    private void EndRun(float* sums, int first, int end)
    {
        for (int vector = 0; vector < 2; vector++, sums += g.Pitch)
        {
            var total = new Span<float>(sums + first, end - first);
            var run = new Span<float>(sums + (2 * g.Pitch) + first, end - first);
            TensorPrimitives.Add(total, run, total);
            run.Clear();
        }
    }
}
