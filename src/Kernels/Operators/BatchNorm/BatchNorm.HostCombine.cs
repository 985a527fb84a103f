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

    private void CombineMoments<T>(int c)
        where T : unmanaged, ILanes<T>
    {
        var moments = new MergedMoments<T>(T.Load(Sums(0) + c) + T.Load(Sums(0) + g.Pitch + c));
        for (int block = 0; block < blocks; block++)
        {
            float* sums = Sums(block) + c;
            for (int fold = 0; fold < g.Fold; fold++, sums += g.Channels)
                Add(ref moments, sums, FirstRow(block + 1, blocks) - FirstRow(block, blocks));
        }
        if (g.Tail > 0)
            Add(ref moments, Sums(blocks) + c, g.Tail);
        (T mean, T lost, T squares) = moments.Total(rows);
        StoreMoments(c, mean, lost, squares);
    }

    private void Add<T>(ref MergedMoments<T> moments, float* sums, int count)
        where T : unmanaged, ILanes<T> => moments.Add(count, T.Load(sums), T.Load(sums + g.Pitch), T.Load(sums + (2 * g.Pitch)));

    // The part of the mean that a float cannot hold goes into the shift.
    private void StoreMoments<T>(int c, T mean, T rest, T squares)
        where T : unmanaged, ILanes<T>
    {
        Operands o = current;
        T inverse = NormFormulas.InverseDeviation(squares * T.Create(1f / rows), epsilon);
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
        T.Store(NormFormulas.Track(T.Load(running), batch, momentum), running);

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
        (T slope, T offset) = NormFormulas.Backward(T.Load(Vector(Scale) + c), inverse, sum, products, rows);
        StoreFolded(Slope, c, slope);
        StoreFolded(Offset, c, offset);
    }

    private static void Add<T>(float* target, T value)
        where T : unmanaged, ILanes<T> => T.Store(T.Load(target) + value, target);
}
