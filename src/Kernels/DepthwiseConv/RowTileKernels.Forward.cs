using ILGPU;

namespace GpuNet.Kernels;

internal static partial class RowTileKernels
{
    // A thread owns 4 channels of 4 neighbouring pixels of y, one tile after the other where rows are long. Nothing is shared but the
    // cache, which gives the rows of x to the threads below. Neighbouring threads are neighbouring channels, then tiles, then rows.
    [HotKernel(VectorLoads = true)]
    public static void Forward<TWindow, TInput, TActivation>(
        View x, View weight, View bias, View residual, View y, View factors, RowTileGeometry g, EpilogueGeometry e)
        where TWindow : unmanaged, IWindowShape
        where TInput : unmanaged, IInputNorm
        where TActivation : unmanaged, IActivation =>
        Forward<FourChannels, TWindow, TInput, TActivation>(x, weight, bias, residual, y, factors, g, e);

    // The same where channels are not a multiple of four: float by float, with a test each.
    [HotKernel]
    public static void ForwardGuarded<TWindow, TInput, TActivation>(
        View x, View weight, View bias, View residual, View y, View factors, RowTileGeometry g, EpilogueGeometry e)
        where TWindow : unmanaged, IWindowShape
        where TInput : unmanaged, IInputNorm
        where TActivation : unmanaged, IActivation =>
        Forward<GuardedChannels, TWindow, TInput, TActivation>(x, weight, bias, residual, y, factors, g, e);

    // The same for processors: a thread, alone in its group, owns 16 channels.
    [HotKernel(VectorLoads = true)]
    public static void ForwardWide<TWindow, TInput, TActivation>(
        View x, View weight, View bias, View residual, View y, View factors, RowTileGeometry g, EpilogueGeometry e)
        where TWindow : unmanaged, IWindowShape
        where TInput : unmanaged, IInputNorm
        where TActivation : unmanaged, IActivation =>
        Forward<SixteenChannels, TWindow, TInput, TActivation>(x, weight, bias, residual, y, factors, g, e);

    private static void Forward<TChannels, TWindow, TInput, TActivation>(
        View x, View weight, View bias, View residual, View y, View factors, RowTileGeometry g, EpilogueGeometry e)
        where TChannels : unmanaged, IChannels<TChannels>
        where TWindow : unmanaged, IWindowShape
        where TInput : unmanaged, IInputNorm
        where TActivation : unmanaged, IActivation
    {
        int c = g.FirstC + (((Grid.IdxX << g.LaneBits) + (Group.IdxX & ((1 << g.LaneBits) - 1))) * TChannels.Count);
        int count = g.C - c;
        if (count <= 0)
            return;
        int firstTile = (Group.IdxX >> g.LaneBits) & (g.TileStep - 1);
        int n = Grid.IdxZ;
        TChannels scale = TInput.IsThere ? TChannels.Load(factors, c, count) : TChannels.Of(0f);
        TChannels shift = TInput.IsThere ? TChannels.Load(factors, g.C + c, count) : TChannels.Of(0f);
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
                int at = (((((n * g.H) + h + firstTap) * g.W) + w) * g.C) + c;
                int tap = (firstTap * TWindow.Size * g.C) + c;
                if (w >= 0 && w + Columns<TWindow>() <= g.W)
                {
                    for (int a = firstTap; a < endTap; a++, at += g.W * g.C, tap += TWindow.Size * g.C)
                        sums = AddRow<TChannels, TWindow, TInput, Inside>(sums, x, at, w, weight, tap, scale, shift, count, g);
                }
                else
                {
                    for (int a = firstTap; a < endTap; a++, at += g.W * g.C, tap += TWindow.Size * g.C)
                        sums = AddRow<TChannels, TWindow, TInput, Near>(sums, x, at, w, weight, tap, scale, shift, count, g);
                }
                int q = tile * 4;
                int pixel = (((n * g.P) + p) * g.Q) + q;
                Finish<TChannels, TActivation>(sums.A, residual, y, pixel, c, count, e);
                if (q + 1 < g.Q)
                    Finish<TChannels, TActivation>(sums.B, residual, y, pixel + 1, c, count, e);
                if (q + 2 < g.Q)
                    Finish<TChannels, TActivation>(sums.C, residual, y, pixel + 2, c, count, e);
                if (q + 3 < g.Q)
                    Finish<TChannels, TActivation>(sums.D, residual, y, pixel + 3, c, count, e);
            }
        }
    }

    // Columns of x that a tile reads.
    private static int Columns<TWindow>()
        where TWindow : unmanaged, IWindowShape => (3 * TWindow.Stride) + TWindow.Size;

    // A row of x, each column read once and multiplied by the taps that meet it.
    private static RowTile<TChannels> AddRow<TChannels, TWindow, TInput, TBorder>(
        RowTile<TChannels> sums, View x, int at, int w, View weight, int tap, TChannels scale, TChannels shift, int count, RowTileGeometry g)
        where TChannels : unmanaged, IChannels<TChannels>
        where TWindow : unmanaged, IWindowShape
        where TInput : unmanaged, IInputNorm
        where TBorder : unmanaged, IBorder
    {
        FilterRow<TChannels> k = FilterRow<TChannels>.Load<TWindow>(weight, tap, g.C, count);
        sums = AddColumn<TChannels, TWindow>(sums, Read<TChannels, TInput, TBorder>(x, at, w, 0, scale, shift, count, g), 0, k);
        sums = AddColumn<TChannels, TWindow>(sums, Read<TChannels, TInput, TBorder>(x, at, w, 1, scale, shift, count, g), 1, k);
        sums = AddColumn<TChannels, TWindow>(sums, Read<TChannels, TInput, TBorder>(x, at, w, 2, scale, shift, count, g), 2, k);
        sums = AddColumn<TChannels, TWindow>(sums, Read<TChannels, TInput, TBorder>(x, at, w, 3, scale, shift, count, g), 3, k);
        sums = AddColumn<TChannels, TWindow>(sums, Read<TChannels, TInput, TBorder>(x, at, w, 4, scale, shift, count, g), 4, k);
        sums = AddColumn<TChannels, TWindow>(sums, Read<TChannels, TInput, TBorder>(x, at, w, 5, scale, shift, count, g), 5, k);
        if (Columns<TWindow>() > 6)
        {
            sums = AddColumn<TChannels, TWindow>(sums, Read<TChannels, TInput, TBorder>(x, at, w, 6, scale, shift, count, g), 6, k);
            sums = AddColumn<TChannels, TWindow>(sums, Read<TChannels, TInput, TBorder>(x, at, w, 7, scale, shift, count, g), 7, k);
        }
        if (Columns<TWindow>() > 8)
            sums = AddColumn<TChannels, TWindow>(sums, Read<TChannels, TInput, TBorder>(x, at, w, 8, scale, shift, count, g), 8, k);
        if (Columns<TWindow>() > 9)
        {
            sums = AddColumn<TChannels, TWindow>(sums, Read<TChannels, TInput, TBorder>(x, at, w, 9, scale, shift, count, g), 9, k);
            sums = AddColumn<TChannels, TWindow>(sums, Read<TChannels, TInput, TBorder>(x, at, w, 10, scale, shift, count, g), 10, k);
        }
        return sums;
    }

    // Column j of the tile, at the row's first column; padding is 0. Beyond the image the nearest column is read instead, for a load
    // without a branch.
    private static TChannels Read<TChannels, TInput, TBorder>(
        View x, int at, int w, int j, TChannels scale, TChannels shift, int count, RowTileGeometry g)
        where TChannels : unmanaged, IChannels<TChannels>
        where TInput : unmanaged, IInputNorm
        where TBorder : unmanaged, IBorder
    {
        if (!TBorder.IsNear)
            return TInput.Apply(TChannels.Load(x, at + (j * g.C), count), scale, shift);
        int column = IntrinsicMath.Min(IntrinsicMath.Max(w + j, 0), g.W - 1);
        TChannels value = TInput.Apply(TChannels.Load(x, at + ((column - w) * g.C), count), scale, shift);
        return TChannels.Where(column == w + j, value);
    }

    // What column j adds to each of the four sums; j is a constant, so that nothing remains of the choices.
    private static RowTile<TChannels> AddColumn<TChannels, TWindow>(RowTile<TChannels> sums, TChannels x, int j, FilterRow<TChannels> k)
        where TChannels : unmanaged, IChannels<TChannels>
        where TWindow : unmanaged, IWindowShape => new(
            AddTap<TChannels, TWindow>(sums.A, x, j, k),
            AddTap<TChannels, TWindow>(sums.B, x, j - TWindow.Stride, k),
            AddTap<TChannels, TWindow>(sums.C, x, j - (2 * TWindow.Stride), k),
            AddTap<TChannels, TWindow>(sums.D, x, j - (3 * TWindow.Stride), k));

    private static TChannels AddTap<TChannels, TWindow>(TChannels sum, TChannels x, int b, FilterRow<TChannels> k)
        where TChannels : unmanaged, IChannels<TChannels>
        where TWindow : unmanaged, IWindowShape
    {
        if (b == 0)
            return sum + (x * k.K0);
        if (b == 1)
            return sum + (x * k.K1);
        if (b == 2)
            return sum + (x * k.K2);
        if (TWindow.Size > 3 && b == 3)
            return sum + (x * k.K3);
        if (TWindow.Size > 3 && b == 4)
            return sum + (x * k.K4);
        return sum;
    }

    private static void Finish<TChannels, TActivation>(
        TChannels sum, View residual, View y, int pixel, int c, int count, EpilogueGeometry e)
        where TChannels : unmanaged, IChannels<TChannels>
        where TActivation : unmanaged, IActivation
    {
        int i = (pixel * e.Channels) + c;
        if (e.AddsBefore != 0)
            sum += TChannels.Load(residual, i, count);
        sum = TChannels.Forward<TActivation>(sum);
        if (e.AddsAfter != 0)
            sum += TChannels.Load(residual, i, count);
        TChannels.Store(y, (pixel * e.Pitch) + e.First + c, sum, count);
    }
}
