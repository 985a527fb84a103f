using ILGPU;

namespace GpuNet.Kernels;

internal static partial class RowTileKernels
{
    // Writes what the group has summed up: a row of channels for each tap, then one for Σdy.
    private static void Leave<TChannels, TSums, TWindow>(TapSums<TChannels> sums, View partials, RowTileGeometry g)
        where TChannels : unmanaged, IChannels<TChannels>
        where TSums : unmanaged, IGroupSums
        where TWindow : unmanaged, IWindowShape
    {
        View shared = TSums.Floats > 0 ? SharedMemory.Allocate<Float4>(TSums.Floats / 4).Cast<float>() : partials;
        int block = (Grid.IdxZ * Grid.DimY) + Grid.IdxY;
        int at = block * ((TWindow.Size * TWindow.Size) + 1) * g.C;
        LeaveRow<TChannels, TSums>(sums.Row0, TWindow.Size, shared, partials, at, g);
        LeaveRow<TChannels, TSums>(sums.Row1, TWindow.Size, shared, partials, at + (TWindow.Size * g.C), g);
        LeaveRow<TChannels, TSums>(sums.Row2, TWindow.Size, shared, partials, at + (2 * TWindow.Size * g.C), g);
        if (TWindow.Size > 3)
        {
            LeaveRow<TChannels, TSums>(sums.Row3, TWindow.Size, shared, partials, at + (3 * TWindow.Size * g.C), g);
            LeaveRow<TChannels, TSums>(sums.Row4, TWindow.Size, shared, partials, at + (4 * TWindow.Size * g.C), g);
        }
        var rest = new FilterRow<TChannels>(sums.Bias, sums.Bias, sums.Bias, sums.Bias, sums.Bias);
        LeaveRow<TChannels, TSums>(rest, 1, shared, partials, at + (TWindow.Size * TWindow.Size * g.C), g);
    }

    // One, three or five values of each thread. In shared memory they lie value by value, thread by thread; then a thread owns a value of
    // four channels and adds up the threads that have these channels, in order.
    private static void LeaveRow<TChannels, TSums>(
        FilterRow<TChannels> values, int size, View shared, View partials, int at, RowTileGeometry g)
        where TChannels : unmanaged, IChannels<TChannels>
        where TSums : unmanaged, IGroupSums
    {
        if (TSums.Floats == 0)
        {
            int own = Channel<TChannels>(Group.IdxX, g);
            StoreValues<TChannels>(partials, at + own, g.C, values, size, g.C - own);
            return;
        }
        int step = Group.DimX * 4;
        StoreValues<TChannels>(shared, Group.IdxX * 4, step, values, size, 4);
        Group.Barrier();
        int lanes = 1 << g.LaneBits;
        for (int i = Group.IdxX; i < lanes * size; i += Group.DimX)
        {
            int value = i >> g.LaneBits;
            int c = Channel<TChannels>(i, g);
            TChannels sum = TChannels.Of(0f);
            for (int thread = i & (lanes - 1); thread < Group.DimX; thread += lanes)
                sum += TChannels.Load(shared, (value * step) + (thread * 4), 4);
            if (c < g.C)
                TChannels.Store(partials, at + (value * g.C) + c, sum, g.C - c);
        }
        Group.Barrier();
    }

    private static void StoreValues<TChannels>(View target, int at, int step, FilterRow<TChannels> values, int size, int count)
        where TChannels : unmanaged, IChannels<TChannels>
    {
        TChannels.Store(target, at, values.K0, count);
        if (size > 1)
        {
            TChannels.Store(target, at + step, values.K1, count);
            TChannels.Store(target, at + (2 * step), values.K2, count);
        }
        if (size > 3)
        {
            TChannels.Store(target, at + (3 * step), values.K3, count);
            TChannels.Store(target, at + (4 * step), values.K4, count);
        }
    }

    // A thread owns an element of the blocks' sums and adds up a run of blocks in order. Nothing is shared; loads are contiguous.
    public static void SumBlocks(View partials, View runs, int elements, int blocks, int blocksOfRun)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= elements)
            return;
        int end = IntrinsicMath.Min(blocks, (Grid.IdxY + 1) * blocksOfRun);
        float sum = 0f;
        for (int block = Grid.IdxY * blocksOfRun; block < end; block++)
            sum += partials[(block * elements) + i];
        runs[(Grid.IdxY * elements) + i] = sum;
    }

    // A thread owns an element of dweight or of dbias and adds up the runs in order. Nothing is shared; loads are contiguous.
    public static void AddRuns(View runs, View dweight, View dbias, int elements, int weights, int count, int wantsWeight, int wantsBias)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= elements)
            return;
        float sum = 0f;
        for (int run = 0; run < count; run++)
            sum += runs[(run * elements) + i];
        if (i < weights)
        {
            if (wantsWeight != 0)
                dweight[i] += sum;
        }
        else if (wantsBias != 0)
        {
            dbias[i - weights] += sum;
        }
    }
}
