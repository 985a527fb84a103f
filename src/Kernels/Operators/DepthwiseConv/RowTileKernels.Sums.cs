using ILGPU;

namespace GpuNet.Kernels;

internal static partial class RowTileKernels
{
    // Writes what the group has summed up: a row of channels for each tap, then one for Σdy.
    private static void StoreSums<TChannels, TWindow, TInput>(TapSums<TChannels> sums, View partials, RowTileGeometry g)
        where TChannels : unmanaged, IFloats<TChannels>
        where TWindow : unmanaged, IWindowShape
        where TInput : unmanaged, IInput
    {
        View shared = TChannels.Count > 4 ? partials : SharedMemory.Allocate<Float4>(RowTileShape.MaxThreads * 5).Cast<float>();
        int block = (Grid.IdxZ * Grid.DimY) + Grid.IdxY;
        int at = block * ((TWindow.Size * TWindow.Size) + 1) * g.C;
        StoreRow<TChannels, TInput>(sums.Row0, TWindow.Size, shared, partials, at, g);
        StoreRow<TChannels, TInput>(sums.Row1, TWindow.Size, shared, partials, at + (TWindow.Size * g.C), g);
        StoreRow<TChannels, TInput>(sums.Row2, TWindow.Size, shared, partials, at + (2 * TWindow.Size * g.C), g);
        if (TWindow.Size > 3)
        {
            StoreRow<TChannels, TInput>(sums.Row3, TWindow.Size, shared, partials, at + (3 * TWindow.Size * g.C), g);
            StoreRow<TChannels, TInput>(sums.Row4, TWindow.Size, shared, partials, at + (4 * TWindow.Size * g.C), g);
        }
        var rest = new FilterRow<TChannels>(sums.Bias, sums.Bias, sums.Bias, sums.Bias, sums.Bias);
        StoreRow<TChannels, TInput>(rest, 1, shared, partials, at + (TWindow.Size * TWindow.Size * g.C), g);
    }

    // One, three or five values of each thread. Sixteen channels are a processor's, whose threads are alone: they are the sums. In shared
    // memory they lie value by value, thread by thread; then a thread owns a value of four channels and adds up the threads that have
    // these channels, in order.
    private static void StoreRow<TChannels, TInput>(
        FilterRow<TChannels> values, int size, View shared, View partials, int at, RowTileGeometry g)
        where TChannels : unmanaged, IFloats<TChannels>
        where TInput : unmanaged, IInput
    {
        if (TChannels.Count > 4)
        {
            int own = Channel<TChannels>(Group.IdxX, g);
            StoreValues<TChannels, TInput>(partials, at + own, g.C, values, size, g.C - own);
            return;
        }
        int step = Group.DimX * 4;
        StoreValues<TChannels, TInput>(shared, Group.IdxX * 4, step, values, size, 4);
        Group.Barrier();
        int lanes = 1 << g.LaneBits;
        for (int i = Group.IdxX; i < lanes * size; i += Group.DimX)
        {
            int value = i >> g.LaneBits;
            int c = Channel<TChannels>(i, g);
            TChannels sum = TChannels.Of(0f);
            for (int thread = i & (lanes - 1); thread < Group.DimX; thread += lanes)
                sum += TInput.Floats<TChannels>(shared, (value * step) + (thread * 4), 4);
            if (c < g.C)
                TInput.StoreFloats(partials, at + (value * g.C) + c, sum, g.C - c);
        }
        Group.Barrier();
    }

    private static void StoreValues<TChannels, TInput>(View target, int at, int step, FilterRow<TChannels> values, int size, int count)
        where TChannels : unmanaged, IFloats<TChannels>
        where TInput : unmanaged, IInput
    {
        TInput.StoreFloats(target, at, values.K0, count);
        if (size > 1)
        {
            TInput.StoreFloats(target, at + step, values.K1, count);
            TInput.StoreFloats(target, at + (2 * step), values.K2, count);
        }
        if (size > 3)
        {
            TInput.StoreFloats(target, at + (3 * step), values.K3, count);
            TInput.StoreFloats(target, at + (4 * step), values.K4, count);
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
