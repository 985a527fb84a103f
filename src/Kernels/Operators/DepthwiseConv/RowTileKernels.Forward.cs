using ILGPU;

namespace GpuNet.Kernels;

internal static partial class RowTileKernels
{
    // A thread owns 4 channels of 4 neighbouring pixels of y, one tile after the other where rows are long. Nothing is shared but the
    // cache, which gives the rows of x to the threads below. Neighbouring threads are neighbouring channels, then tiles, then rows.
    [HotKernel(VectorLoads = true)]
    public static void Forward<TWindow, TActivation, TIn, TOut>(
        View x, View weight, View bias, View residual, View y, RowTileGeometry g, EpilogueGeometry e)
        where TWindow : unmanaged, IWindowShape
        where TActivation : unmanaged, IActivation
        where TIn : unmanaged, IChannelStorage<FourChannels>
        where TOut : unmanaged, IChannelStorage<FourChannels> =>
        Forward<FourChannels, TWindow, TActivation, TIn, TOut>(x, weight, bias, residual, y, g, e);

    // The same where channels are not a multiple of four: float by float, with a test each.
    [HotKernel]
    public static void ForwardGuarded<TWindow, TActivation>(
        View x, View weight, View bias, View residual, View y, RowTileGeometry g, EpilogueGeometry e)
        where TWindow : unmanaged, IWindowShape
        where TActivation : unmanaged, IActivation =>
        Forward<GuardedChannels, TWindow, TActivation, GuardedChannels, GuardedChannels>(x, weight, bias, residual, y, g, e);

    // The same for processors: a thread, alone in its group, owns 16 channels.
    [HotKernel(Processors = true)]
    public static void ForwardWide<TWindow, TActivation, TIn, TOut>(
        View x, View weight, View bias, View residual, View y, RowTileGeometry g, EpilogueGeometry e)
        where TWindow : unmanaged, IWindowShape
        where TActivation : unmanaged, IActivation
        where TIn : unmanaged, IChannelStorage<SixteenChannels>
        where TOut : unmanaged, IChannelStorage<SixteenChannels> =>
        Forward<SixteenChannels, TWindow, TActivation, TIn, TOut>(x, weight, bias, residual, y, g, e);

    private static void Forward<TChannels, TWindow, TActivation, TIn, TOut>(
        View x, View weight, View bias, View residual, View y, RowTileGeometry g, EpilogueGeometry e)
        where TChannels : unmanaged, IChannels<TChannels>
        where TWindow : unmanaged, IWindowShape
        where TActivation : unmanaged, IActivation
        where TIn : unmanaged, IChannelStorage<TChannels>
        where TOut : unmanaged, IChannelStorage<TChannels>
    {
        int c = Channel<TChannels>(Group.IdxX, g);
        int count = g.C - c;
        if (count <= 0)
            return;
        int firstTile = (Group.IdxX >> g.LaneBits) & (g.TileStep - 1);
        int n = Grid.IdxZ;
        TChannels start = e.HasBias != 0 ? TChannels.Load(bias, c, count) : TChannels.Of(0f);
        int end = IntrinsicMath.Min(g.P, (Grid.IdxY + 1) * g.StripRows);
        for (int p = (Grid.IdxY * g.StripRows) + (Group.IdxX >> (g.LaneBits + g.TileBits)); p < end; p += g.RowStep)
        {
            int h = (p * TWindow.Stride) - g.Top;
            int firstTap = IntrinsicMath.Max(0, -h);
            int endTap = IntrinsicMath.Min(TWindow.Size, g.H - h);
            for (int tile = firstTile; tile < g.Tiles; tile += g.TileStep)
            {
                int w = (tile * 4 * TWindow.Stride) - g.Left;
                var sums = new RowTile<TChannels>(start, start, start, start);
                int at = ((((n * g.H) + h + firstTap) * g.W) * g.C) + c;
                int tap = (firstTap * TWindow.Size * g.C) + c;
                if (!TChannels.IsGuarded && w >= 0 && w + Columns<TWindow>() <= g.W)
                {
                    for (int a = firstTap; a < endTap; a++, at += g.W * g.C, tap += TWindow.Size * g.C)
                        sums = AddRow<TChannels, TWindow, Inside, TIn>(sums, x, at, w, weight, tap, count, g);
                }
                else
                {
                    for (int a = firstTap; a < endTap; a++, at += g.W * g.C, tap += TWindow.Size * g.C)
                        sums = AddRow<TChannels, TWindow, Near, TIn>(sums, x, at, w, weight, tap, count, g);
                }
                int q = tile * 4;
                int pixel = (((n * g.P) + p) * g.Q) + q;
                Finish<TChannels, TActivation, TOut>(sums.A, residual, y, pixel, c, count, e);
                if (q + 1 < g.Q)
                    Finish<TChannels, TActivation, TOut>(sums.B, residual, y, pixel + 1, c, count, e);
                if (q + 2 < g.Q)
                    Finish<TChannels, TActivation, TOut>(sums.C, residual, y, pixel + 2, c, count, e);
                if (q + 3 < g.Q)
                    Finish<TChannels, TActivation, TOut>(sums.D, residual, y, pixel + 3, c, count, e);
            }
        }
    }

    // Columns of x that a tile reads.
    private static int Columns<TWindow>()
        where TWindow : unmanaged, IWindowShape => (3 * TWindow.Stride) + TWindow.Size;

    // A row of x, each column read once and multiplied by the taps that meet it.
    private static RowTile<TChannels> AddRow<TChannels, TWindow, TBorder, TIn>(
        RowTile<TChannels> sums, View x, int at, int w, View weight, int tap, int count, RowTileGeometry g)
        where TChannels : unmanaged, IChannels<TChannels>
        where TWindow : unmanaged, IWindowShape
        where TBorder : unmanaged, IBorder
        where TIn : unmanaged, IChannelStorage<TChannels> => TWindow.Outputs(
            sums,
            TileColumns<TChannels>.Load<TBorder, TIn>(x, at, w, Columns<TWindow>(), true, g.W, g.C, count),
            FilterRow<TChannels>.Load<TWindow>(weight, tap, g.C, count));

    private static void Finish<TChannels, TActivation, TOut>(
        TChannels sum, View residual, View y, int pixel, int c, int count, EpilogueGeometry e)
        where TChannels : unmanaged, IChannels<TChannels>
        where TActivation : unmanaged, IActivation
        where TOut : unmanaged, IChannelStorage<TChannels>
    {
        int i = (pixel * e.Channels) + c;
        if (e.AddsBefore != 0)
            sum += TOut.Load(residual, i, count);
        sum = TChannels.Forward<TActivation>(sum);
        if (e.AddsAfter != 0)
            sum += TOut.Load(residual, i, count);
        TOut.Store(y, (pixel * e.Pitch) + e.First + c, sum, count);
    }
}
