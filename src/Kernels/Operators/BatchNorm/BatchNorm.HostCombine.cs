using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

internal sealed unsafe partial class BatchNormHost<TLanes, TActivation>
{
    private void CombineMoments(int part)
    {
        int c = part * TileChannels, end = Math.Min(c + TileChannels, g.Channels);
        for (; c <= end - TLanes.Count; c += TLanes.Count)
            CombineMoments<TLanes>(c);
        for (; c < end; c++)
            CombineMoments<Lanes1>(c);
    }

    // With block means m_i of n_i rows, δ_i = m_i − r for an r near them, and N = Σ n_i: μ = r + Σ n_i·δ_i/N and
    // Σ(x − μ)² = Σ_i Σ(x − m_i)² + Σ n_i·δ_i² − (Σ n_i·δ_i)²/N (Chan et al. 1983).
    private void CombineMoments<T>(int c)
        where T : unmanaged, ILanes<T>
    {
        T reference = T.Load(Sums(0) + c) + T.Load(Sums(0) + g.Pitch + c), sum = T.Create(0), between = sum, within = sum;
        for (int block = 0; block < blocks; block++)
        {
            T count = T.Create(FirstRow(block + 1, blocks) - FirstRow(block, blocks));
            float* sums = Sums(block) + c;
            for (int fold = 0; fold < g.Fold; fold++, sums += g.Channels)
                Merge(sums, count, reference, ref sum, ref between, ref within);
        }
        if (g.Tail > 0)
            Merge(Sums(blocks) + c, T.Create(g.Tail), reference, ref sum, ref between, ref within);
        T shift = sum * T.Create(1f / rows), mean = reference + shift;
        T squares = T.Max(within + (between - (sum * shift)), T.Create(0));
        StoreMoments(c, mean, (reference - mean) + shift, squares);
    }

    private void Merge<T>(float* sums, T count, T reference, ref T sum, ref T between, ref T within)
        where T : unmanaged, ILanes<T>
    {
        T d = (T.Load(sums) - reference) + T.Load(sums + g.Pitch), weighted = count * d;
        sum += weighted;
        between = T.MultiplyAdd(weighted, d, between);
        within += T.Load(sums + (2 * g.Pitch));
    }

    // The part of the mean that a float cannot hold goes into the shift.
    private void StoreMoments<T>(int c, T mean, T rest, T squares)
        where T : unmanaged, ILanes<T>
    {
        Operands o = current;
        T inverse = T.Create(1) / T.Sqrt((squares * T.Create(1f / rows)) + T.Create(epsilon));
        T scale = T.Load(o.Parameters[0].Pointer + c) * inverse;
        T.Store(mean, o.Saved[0].Pointer + c);
        T.Store(inverse, o.Saved[1].Pointer + c);
        StoreFolded(Center, c, mean);
        StoreFolded(Scale, c, scale);
        StoreFolded(Shift, c, T.Load(o.Parameters[1].Pointer + c) - (rest * scale));
        Track(o.Parameters[2].Pointer + c, mean);
        Track(o.Parameters[3].Pointer + c, squares * T.Create(1f / (rows - 1)));
    }

    private void Track<T>(float* running, T batch)
        where T : unmanaged, ILanes<T> =>
        T.Store(T.MultiplyAdd(T.Create(momentum), batch, T.Create(1f - momentum) * T.Load(running)), running);

    private void CombineGradients(int part)
    {
        int c = part * TileChannels, end = Math.Min(c + TileChannels, g.Channels);
        for (; c <= end - TLanes.Count; c += TLanes.Count)
            CombineGradients<TLanes>(c);
        for (; c < end; c++)
            CombineGradients<Lanes1>(c);
    }

    private void CombineGradients<T>(int c)
        where T : unmanaged, ILanes<T>
    {
        Operands o = current;
        T sum = T.Create(0), products = sum;
        for (int block = 0; block < blocks; block++)
        {
            float* sums = Sums(block) + c;
            for (int fold = 0; fold < g.Fold; fold++, sums += g.Channels)
            {
                sum += T.Load(sums);
                products += T.Load(sums + g.Pitch);
            }
        }
        if (g.Tail > 0)
        {
            sum += T.Load(Sums(blocks) + c);
            products += T.Load(Sums(blocks) + g.Pitch + c);
        }
        T inverse = InverseDeviation<T>(c);
        if (!o.DParameters[0].IsNone)
            Add(o.DParameters[0].Pointer + c, products * inverse);
        if (!o.DParameters[1].IsNone)
            Add(o.DParameters[1].Pointer + c, sum);
        if (!o.Training)
            return;
        T share = T.Load(Vector(Scale) + c) * T.Create(-1f / rows);
        StoreFolded(Offset, c, share * sum);
        StoreFolded(Slope, c, share * (inverse * inverse) * products);
    }

    private static void Add<T>(float* target, T value)
        where T : unmanaged, ILanes<T> => T.Store(T.Load(target) + value, target);
}
