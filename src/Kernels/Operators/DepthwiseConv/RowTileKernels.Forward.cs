using ILGPU;

namespace GpuNet.Kernels;

internal static partial class RowTileKernels
{
    // A thread owns the channels of 4 neighbouring pixels of y, one tile after the other where rows are long: 4 channels, or 16 on a
    // processor, where a thread is alone in its group. Nothing is shared but the cache, which gives the rows of x to the threads below.
    // Neighbouring threads are neighbouring channels, then tiles, then rows.
    [HotKernel(VectorLoads = true)]
    public static void Forward<TChannels, TWindow, TInput, TEpilogue>(
        View x, View weight, View bias, View residual, View y, RowTileGeometry g, EpilogueGeometry e)
        where TChannels : unmanaged, IFloats<TChannels>
        where TWindow : unmanaged, IWindowShape
        where TInput : unmanaged, IInput
        where TEpilogue : unmanaged, IEpilogue
    {
        int c = Channel<TChannels>(Group.IdxX, g);
        int count = g.C - c;
        if (count <= 0)
            return;
        int firstTile = (Group.IdxX >> g.LaneBits) & (g.TileStep - 1);
        int n = Grid.IdxZ;
        TChannels start = e.HasBias != 0 ? TInput.Floats<TChannels>(bias, c, count) : TChannels.Of(0f);
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
                if (TInput.IsVector && w >= 0 && w + Columns<TWindow>() <= g.W)
                {
                    for (int a = firstTap; a < endTap; a++, at += g.W * g.C, tap += TWindow.Size * g.C)
                        sums = AddRow<TChannels, TWindow, Inside, TInput>(sums, x, at, w, weight, tap, count, g);
                }
                else
                {
                    for (int a = firstTap; a < endTap; a++, at += g.W * g.C, tap += TWindow.Size * g.C)
                        sums = AddRow<TChannels, TWindow, Near, TInput>(sums, x, at, w, weight, tap, count, g);
                }
                int q = tile * 4;
                int pixel = (((n * g.P) + p) * g.Q) + q;
                Epilogues.Store<TEpilogue, TChannels>(sums.A, residual, y, pixel, c, count, e);
                if (q + 1 < g.Q)
                    Epilogues.Store<TEpilogue, TChannels>(sums.B, residual, y, pixel + 1, c, count, e);
                if (q + 2 < g.Q)
                    Epilogues.Store<TEpilogue, TChannels>(sums.C, residual, y, pixel + 2, c, count, e);
                if (q + 3 < g.Q)
                    Epilogues.Store<TEpilogue, TChannels>(sums.D, residual, y, pixel + 3, c, count, e);
            }
        }
    }

    // Columns of x that a tile reads.
    private static int Columns<TWindow>()
        where TWindow : unmanaged, IWindowShape => (3 * TWindow.Stride) + TWindow.Size;

    // A row of x, each column read once and multiplied by the taps that meet it.
    private static RowTile<TChannels> AddRow<TChannels, TWindow, TBorder, TInput>(
        RowTile<TChannels> sums, View x, int at, int w, View weight, int tap, int count, RowTileGeometry g)
        where TChannels : unmanaged, IFloats<TChannels>
        where TWindow : unmanaged, IWindowShape
        where TBorder : unmanaged, IBorder
        where TInput : unmanaged, IInput
    {
        TChannels none = TChannels.Of(0f);
        return TWindow.Outputs(
            sums,
            TileColumns<TChannels>.Load<TBorder, TInput>(x, at, w, Columns<TWindow>(), true, g.W, g.C, count, none, none),
            FilterRow<TChannels>.Load<TWindow, TInput>(weight, tap, g.C, count));
    }
}
