using ILGPU;

namespace GpuNet.Kernels;

internal static partial class RowTileKernels
{
    // Forward between batch norms: a thread owns 4 channels of 4 neighbouring pixels of y, tile after tile over a strip of rows, reads x
    // through the norm before, and sums up what the norm behind needs. The group's sums are added up in shared memory. Neighbouring
    // threads are neighbouring channels, then tiles, then rows.
    [HotKernel(VectorLoads = true)]
    public static void ForwardMoments<TChannels, TWindow, TInput>(
        View x, View factors, View weight, View y, View moments, RowTileGeometry g)
        where TChannels : unmanaged, IFloats<TChannels>
        where TWindow : unmanaged, IWindowShape
        where TInput : unmanaged, IInput
    {
        int c = Channel<TChannels>(Group.IdxX, g);
        // A thread past the last channel has nothing to add, but takes part in the barriers.
        int endImage = c < g.C ? IntrinsicMath.Min(g.N, (Grid.IdxZ + 1) * g.Images) : 0;
        c = c < g.C ? c : g.FirstC;
        int count = g.C - c;
        TChannels zero = TChannels.Of(0f);
        TChannels scale = Inputs.Scale<TInput, TChannels>(factors, c, count),
            shift = Inputs.Shift<TInput, TChannels>(factors, c, g.C, count);
        var sums = new ChannelMoments<TChannels>(zero, zero, zero, 0);
        int firstTile = (Group.IdxX >> g.LaneBits) & (g.TileStep - 1);
        int firstRow = (Grid.IdxY * g.StripRows) + (Group.IdxX >> (g.LaneBits + g.TileBits));
        int endRow = IntrinsicMath.Min(g.P, (Grid.IdxY + 1) * g.StripRows);
        for (int n = Grid.IdxZ * g.Images; n < endImage; n++)
        {
            for (int p = firstRow; p < endRow; p += g.RowStep)
            {
                int h = (p * TWindow.Stride) - g.Top;
                int firstTap = IntrinsicMath.Max(0, -h);
                int endTap = IntrinsicMath.Min(TWindow.Size, g.H - h);
                for (int tile = firstTile; tile < g.Tiles; tile += g.TileStep)
                {
                    int w = (tile * 4 * TWindow.Stride) - g.Left;
                    var values = new RowTile<TChannels>(zero, zero, zero, zero);
                    int at = ((((n * g.H) + h + firstTap) * g.W) * g.C) + c;
                    int tap = (firstTap * TWindow.Size * g.C) + c;
                    for (int a = firstTap; a < endTap; a++, at += g.W * g.C, tap += TWindow.Size * g.C)
                    {
                        values = TWindow.Outputs(
                            values,
                            TileColumns<TChannels>.Load<Near, TInput>(x, at, w, Columns<TWindow>(), true, g.W, g.C, count, scale, shift),
                            FilterRow<TChannels>.Load<TWindow, TInput>(weight, tap, g.C, count));
                    }
                    int to = (((((n * g.P) + p) * g.Q) + (tile * 4)) * g.C) + c;
                    if (sums.Count == 0)
                        sums = new ChannelMoments<TChannels>(TChannels.Of(-1f) * values.A, zero, zero, 0);
                    sums = Store<TChannels, TInput>(sums, values.A, y, to, count);
                    if ((tile * 4) + 1 < g.Q)
                        sums = Store<TChannels, TInput>(sums, values.B, y, to + g.C, count);
                    if ((tile * 4) + 2 < g.Q)
                        sums = Store<TChannels, TInput>(sums, values.C, y, to + (2 * g.C), count);
                    if ((tile * 4) + 3 < g.Q)
                        sums = Store<TChannels, TInput>(sums, values.D, y, to + (3 * g.C), count);
                }
            }
        }
        StoreMoments<TChannels, TInput>(sums, moments, g);
    }

    private static ChannelMoments<TChannels> Store<TChannels, TInput>(
        ChannelMoments<TChannels> sums, TChannels value, View y, int at, int count)
        where TChannels : unmanaged, IFloats<TChannels>
        where TInput : unmanaged, IInput
    {
        TInput.StoreFloats(y, at, value, count);
        return ChannelMoments<TChannels>.Add(sums, value);
    }

    // Each thread adds up the sums of all that have its channels, in order, and knows the mean that deviations are taken from.
    private static void StoreMoments<TChannels, TInput>(ChannelMoments<TChannels> sums, View moments, RowTileGeometry g)
        where TChannels : unmanaged, IFloats<TChannels>
        where TInput : unmanaged, IInput
    {
        View shared = SharedMemory.Allocate<Float4>(RowTileShape.MaxThreads).Cast<float>();
        int images = IntrinsicMath.Min(g.Images, g.N - (Grid.IdxZ * g.Images));
        int rows = IntrinsicMath.Min(g.StripRows, g.P - (Grid.IdxY * g.StripRows));
        int pixels = images * rows * g.Q;
        TInput.StoreFloats(shared, Group.IdxX * 4, sums.Total(), 4);
        Group.Barrier();
        TChannels mean = TChannels.Of(1f / pixels) * SumOfLane<TChannels, TInput>(shared, g);
        Group.Barrier();
        TInput.StoreFloats(shared, Group.IdxX * 4, sums.Deviations(mean), 4);
        Group.Barrier();
        TChannels squares = SumOfLane<TChannels, TInput>(shared, g);
        int blocks = Grid.DimY * Grid.DimZ;
        int block = (Grid.IdxZ * Grid.DimY) + Grid.IdxY;
        int c = Channel<TChannels>(Group.IdxX, g);
        if (Group.IdxX < 1 << g.LaneBits && c < g.C)
        {
            TInput.StoreFloats(moments, (block * g.C) + c, mean, g.C - c);
            TInput.StoreFloats(moments, ((blocks + block) * g.C) + c, squares, g.C - c);
        }
        if (Group.IdxX == 0 && Grid.IdxX == 0)
            moments[(2 * blocks * g.C) + block] = pixels;
    }

    private static TChannels SumOfLane<TChannels, TInput>(View shared, RowTileGeometry g)
        where TChannels : unmanaged, IFloats<TChannels>
        where TInput : unmanaged, IInput
    {
        int lanes = 1 << g.LaneBits;
        TChannels sum = TChannels.Of(0f);
        for (int thread = Group.IdxX & (lanes - 1); thread < Group.DimX; thread += lanes)
            sum += TInput.Floats<TChannels>(shared, thread * 4, 4);
        return sum;
    }
}
