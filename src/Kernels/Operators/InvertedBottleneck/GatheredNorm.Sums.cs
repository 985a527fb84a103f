using System.Runtime.CompilerServices;

namespace GpuNet.Kernels;

internal sealed unsafe partial class GatheredNorm<TLanes>
{
    // A part's vectors: two totals (moments: mean − reference and Σ(x − mean)² in the end; gradients: Σ dz and Σ dz·(x − μ)), the same
    // of the present run, and the reference that moments are taken from.
    private const int RunAt = 2, ReferenceAt = 4, SumVectors = 5;

    // Rows that share the loads of per-channel vectors, and the loads and stores of the sums; a divisor of the run.
    private const int RowsAtOnce = 8;

    // Values are taken relative to the mean of so many first rows, so that a large mean does not swallow the variance.
    private const int ReferenceRows = 8;

    /// <summary>Starts the moments of a part with a look at its first rows.</summary>
    public void BeginMoments(int part, float* x, nint stride, int count)
    {
        BeginSums(part);
        float* reference = Sums(part) + (ReferenceAt * Pitch);
        int few = Math.Min(count, ReferenceRows);
        for (int c = 0; c < Pitch; c += TLanes.Count)
        {
            TLanes sum = TLanes.Load(x + c);
            for (int i = 1; i < few; i++)
                sum += TLanes.Load(x + (i * stride) + c);
            TLanes.Store(sum * TLanes.Create(1f / few), reference + c);
        }
    }

    /// <summary>Starts the sums of a part.</summary>
    public void BeginSums(int part) => new Span<float>(Sums(part), ReferenceAt * Pitch).Clear();

    /// <summary>Copies rows to where they stay, and adds them to a part's moments. The rows are padded; their place may be not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void StoreRows(int part, float* x, nint stride, float* target, nint targetStride, int count, bool streams = false)
    {
        float* sums = Sums(part);
        for (int row = 0; row < count; row += RowsAtOnce)
        {
            int some = Math.Min(RowsAtOnce, count - row);
            AddMoments(x, stride, target, targetStride, some, sums, streams);
            x += some * stride;
            target += some * targetStride;
            if ((row + some) % Run == 0 || row + some == count)
                EndRun(part);
        }
    }

    /// <summary>Ends the moments of a part.</summary>
    public void EndMoments(int part, int count)
    {
        float* sums = Sums(part);
        for (int c = 0; c < Pitch; c += TLanes.Count)
        {
            TLanes sum = TLanes.Load(sums + c), shift = sum * TLanes.Create(1f / count);
            TLanes.Store(shift, sums + c);
            TLanes.Store(TLanes.Max(TLanes.Load(sums + Pitch + c) - (sum * shift), TLanes.Create(0)), sums + Pitch + c);
        }
    }

    /// <summary>Where a run of a part gathers Σ dz; Σ dz·(x − μ) follows at <see cref="Pitch"/>.</summary>
    public float* RunSums(int part) => Sums(part) + (RunAt * Pitch);

    /// <summary>
    /// Adds the sums of a run to the part's totals. A caller that gathers them itself calls it every <see cref="Run"/> rows.
    /// </summary>
    public void EndRun(int part)
    {
        float* sums = Sums(part), run = sums + (RunAt * Pitch);
        for (int c = 0; c < 2 * Pitch; c += TLanes.Count)
        {
            TLanes.Store(TLanes.Load(sums + c) + TLanes.Load(run + c), sums + c);
            TLanes.Store(TLanes.Create(0), run + c);
        }
    }

    /// <summary>Adds rows dz and x to a part's gradient sums: those of a norm without an activation. Neither is padded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddGradients(int part, float* dz, float* x, int count)
    {
        float* sums = RunSums(part);
        for (int row = 0; row < count; row += RowsAtOnce)
        {
            int some = Math.Min(RowsAtOnce, count - row);
            for (int c = 0; c < Pitch; c += TLanes.Count)
            {
                int valid = Channels - c;
                TLanes center = TLanes.Load(Center + c), s = TLanes.Load(sums + c), q = TLanes.Load(sums + Pitch + c);
                float* d = dz + c, z = x + c;
                for (int i = some; i > 0; i--, d += Channels, z += Channels)
                {
                    TLanes value = TLanes.LoadFirst(d, valid);
                    s += value;
                    q = TLanes.MultiplyAdd(value, TLanes.LoadFirst(z, valid) - center, q);
                }
                TLanes.Store(s, sums + c);
                TLanes.Store(q, sums + Pitch + c);
            }
            dz += some * Channels;
            x += some * Channels;
            if ((row + some) % Run == 0 || row + some == count)
                EndRun(part);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddMoments(float* x, nint stride, float* target, nint targetStride, int count, float* sums, bool streams)
    {
        int full = (int)Math.Min(targetStride, Pitch) - TLanes.Count;
        for (int c = 0; c < Pitch; c += TLanes.Count)
        {
            TLanes reference = TLanes.Load(sums + (ReferenceAt * Pitch) + c);
            TLanes s = TLanes.Load(sums + (RunAt * Pitch) + c), q = TLanes.Load(sums + ((RunAt + 1) * Pitch) + c);
            float* from = x + c, to = target + c;
            for (int i = count; i > 0; i--, from += stride, to += targetStride)
            {
                TLanes value = TLanes.Load(from), d = value - reference;
                if (streams)
                    CacheHint.Store(value, to);
                else if (c <= full)
                    TLanes.Store(value, to);
                else
                    TLanes.StoreFirst(value, to, Channels - c);
                s += d;
                q = TLanes.MultiplyAdd(d, d, q);
            }
            TLanes.Store(s, sums + (RunAt * Pitch) + c);
            TLanes.Store(q, sums + ((RunAt + 1) * Pitch) + c);
        }
    }
}
