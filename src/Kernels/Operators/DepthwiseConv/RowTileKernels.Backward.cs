using ILGPU;

namespace GpuNet.Kernels;

internal static partial class RowTileKernels
{
    // A thread owns 4 channels of 4 neighbouring pixels of dx, tile after tile over a strip of rows, and with every value of dy that it
    // reads for them it adds to its sums of the taps' gradients: x and dy pass once. The group's sums are added up in shared memory.
    // Neighbouring threads are neighbouring channels, then tiles, then rows.
    [HotKernel(VectorLoads = true)]
    public static void Backward<TWindow, TInput>(
        View x, View factors, View dy, View weight, View dx, View partials, RowTileGeometry g, int data)
        where TWindow : unmanaged, IWindowShape
        where TInput : unmanaged, IChannelPrologue =>
        Backward<FourChannels, GroupSums, TWindow, TInput>(x, factors, dy, weight, dx, partials, g, data);

    // The same where channels are not a multiple of four: float by float.
    [HotKernel]
    public static void BackwardGuarded<TWindow, TInput>(
        View x, View factors, View dy, View weight, View dx, View partials, RowTileGeometry g, int data)
        where TWindow : unmanaged, IWindowShape
        where TInput : unmanaged, IChannelPrologue =>
        Backward<GuardedChannels, GroupSums, TWindow, TInput>(x, factors, dy, weight, dx, partials, g, data);

    // The same for processors: a thread, alone in its group, owns 16 channels.
    [HotKernel(Processors = true)]
    public static void BackwardWide<TWindow>(
        View x, View factors, View dy, View weight, View dx, View partials, RowTileGeometry g, int data)
        where TWindow : unmanaged, IWindowShape =>
        Backward<SixteenChannels, OwnSums, TWindow, PlainInput>(x, factors, dy, weight, dx, partials, g, data);

    private static void Backward<TChannels, TSums, TWindow, TInput>(
        View x, View factors, View dy, View weight, View dx, View partials, RowTileGeometry g, int data)
        where TChannels : unmanaged, IChannels<TChannels>
        where TSums : unmanaged, IGroupSums
        where TWindow : unmanaged, IWindowShape
        where TInput : unmanaged, IChannelPrologue
    {
        int c = Channel<TChannels>(Group.IdxX, g);
        // A thread past the last channel has nothing to add, but takes part in the barriers.
        int endImage = c < g.C ? IntrinsicMath.Min(g.N, (Grid.IdxZ + 1) * g.Images) : 0;
        c = c < g.C ? c : g.FirstC;
        TChannels zero = TChannels.Of(0f);
        var none = new FilterRow<TChannels>(zero, zero, zero, zero, zero);
        var sums = new TapSums<TChannels>(none, none, none, none, none, zero);
        int firstTile = (Group.IdxX >> g.LaneBits) & (g.TileStep - 1);
        int firstRow = g.FirstRow + (Grid.IdxY * g.StripRows) + (Group.IdxX >> (g.LaneBits + g.TileBits));
        int endRow = IntrinsicMath.Min(g.EndRow, g.FirstRow + ((Grid.IdxY + 1) * g.StripRows));
        for (int n = Grid.IdxZ * g.Images; n < endImage; n++)
        {
            for (int row = firstRow; row < endRow; row += g.RowStep)
            {
                for (int tile = firstTile; tile < g.Tiles; tile += g.TileStep)
                {
                    int column = g.FirstColumn + (tile * 4);
                    if (TWindow.Stride == 1)
                    {
                        sums = AddRow<TChannels, TWindow, TInput>(sums, x, factors, dy, weight, dx, n, row, column, c, g, data);
                    }
                    else
                    {
                        sums = AddEvenRow<TChannels, TWindow, TInput>(sums, x, factors, dy, weight, dx, n, row, column, c, g, data);
                        sums = AddOddRow<TChannels, TWindow, TInput>(sums, x, factors, dy, weight, dx, n, row, column, c, g, data);
                    }
                }
            }
        }
        Leave<TChannels, TSums, TWindow>(sums, partials, g);
    }

    // First of the channels that a thread of the group owns.
    private static int Channel<TChannels>(int thread, RowTileGeometry g)
        where TChannels : unmanaged, IChannels<TChannels> =>
        g.FirstC + (((Grid.IdxX << g.LaneBits) + (thread & ((1 << g.LaneBits) - 1))) * TChannels.Count);

    // Four pixels of a row of x with stride 1. Rows and columns count from the padding's first, so that with stride s row s·p + a of the
    // padded image meets row p of dy in tap row a. All that lies outside is read from the nearest place inside and taken as 0.
    private static TapSums<TChannels> AddRow<TChannels, TWindow, TInput>(
        TapSums<TChannels> s, View x, View factors, View dy, View weight, View dx, int n, int row, int column, int c, RowTileGeometry g, int data)
        where TChannels : unmanaged, IChannels<TChannels>
        where TWindow : unmanaged, IWindowShape
        where TInput : unmanaged, IChannelPrologue
    {
        RowTile<TChannels> pixels = Pixels<TChannels, TInput>(x, factors, n, row, column, c, g);
        TileColumns<TChannels> y = Gradients<TChannels, TWindow>(dy, n, row, column, c, g);
        TChannels bias = s.Bias + TWindow.Bias(y);
        TChannels zero = TChannels.Of(0f);
        FilterRow<TChannels> row0 = TWindow.Filter(s.Row0, y, pixels), row3 = s.Row3, row4 = s.Row4;
        RowTile<TChannels> sums = TWindow.Data(new RowTile<TChannels>(zero, zero, zero, zero), y, Taps<TChannels, TWindow>(weight, 0, c, g));
        y = Gradients<TChannels, TWindow>(dy, n, row - 1, column, c, g);
        FilterRow<TChannels> row1 = TWindow.Filter(s.Row1, y, pixels);
        sums = TWindow.Data(sums, y, Taps<TChannels, TWindow>(weight, 1, c, g));
        y = Gradients<TChannels, TWindow>(dy, n, row - 2, column, c, g);
        FilterRow<TChannels> row2 = TWindow.Filter(s.Row2, y, pixels);
        sums = TWindow.Data(sums, y, Taps<TChannels, TWindow>(weight, 2, c, g));
        if (TWindow.Size > 3)
        {
            y = Gradients<TChannels, TWindow>(dy, n, row - 3, column, c, g);
            row3 = TWindow.Filter(row3, y, pixels);
            sums = TWindow.Data(sums, y, Taps<TChannels, TWindow>(weight, 3, c, g));
            y = Gradients<TChannels, TWindow>(dy, n, row - 4, column, c, g);
            row4 = TWindow.Filter(row4, y, pixels);
            sums = TWindow.Data(sums, y, Taps<TChannels, TWindow>(weight, 4, c, g));
        }
        StoreData(dx, sums, n, row, column, c, g, data);
        return new TapSums<TChannels>(row0, row1, row2, row3, row4, bias);
    }

    // An even row of the padded image with stride 2, number `row` of them: the even tap rows meet it.
    private static TapSums<TChannels> AddEvenRow<TChannels, TWindow, TInput>(
        TapSums<TChannels> s, View x, View factors, View dy, View weight, View dx, int n, int row, int column, int c, RowTileGeometry g, int data)
        where TChannels : unmanaged, IChannels<TChannels>
        where TWindow : unmanaged, IWindowShape
        where TInput : unmanaged, IChannelPrologue
    {
        RowTile<TChannels> pixels = Pixels<TChannels, TInput>(x, factors, n, 2 * row, column, c, g);
        TileColumns<TChannels> y = Gradients<TChannels, TWindow>(dy, n, row, column, c, g);
        TChannels bias = s.Bias + TWindow.Bias(y);
        TChannels zero = TChannels.Of(0f);
        FilterRow<TChannels> row0 = TWindow.Filter(s.Row0, y, pixels), row4 = s.Row4;
        RowTile<TChannels> sums = TWindow.Data(new RowTile<TChannels>(zero, zero, zero, zero), y, Taps<TChannels, TWindow>(weight, 0, c, g));
        y = Gradients<TChannels, TWindow>(dy, n, row - 1, column, c, g);
        FilterRow<TChannels> row2 = TWindow.Filter(s.Row2, y, pixels);
        sums = TWindow.Data(sums, y, Taps<TChannels, TWindow>(weight, 2, c, g));
        if (TWindow.Size > 3)
        {
            y = Gradients<TChannels, TWindow>(dy, n, row - 2, column, c, g);
            row4 = TWindow.Filter(row4, y, pixels);
            sums = TWindow.Data(sums, y, Taps<TChannels, TWindow>(weight, 4, c, g));
        }
        StoreData(dx, sums, n, 2 * row, column, c, g, data);
        return new TapSums<TChannels>(row0, s.Row1, row2, s.Row3, row4, bias);
    }

    // The odd row behind it: the odd tap rows meet it.
    private static TapSums<TChannels> AddOddRow<TChannels, TWindow, TInput>(
        TapSums<TChannels> s, View x, View factors, View dy, View weight, View dx, int n, int row, int column, int c, RowTileGeometry g, int data)
        where TChannels : unmanaged, IChannels<TChannels>
        where TWindow : unmanaged, IWindowShape
        where TInput : unmanaged, IChannelPrologue
    {
        RowTile<TChannels> pixels = Pixels<TChannels, TInput>(x, factors, n, (2 * row) + 1, column, c, g);
        TileColumns<TChannels> y = Gradients<TChannels, TWindow>(dy, n, row, column, c, g);
        TChannels zero = TChannels.Of(0f);
        FilterRow<TChannels> row1 = TWindow.Filter(s.Row1, y, pixels), row3 = s.Row3;
        RowTile<TChannels> sums = TWindow.Data(new RowTile<TChannels>(zero, zero, zero, zero), y, Taps<TChannels, TWindow>(weight, 1, c, g));
        if (TWindow.Size > 3)
        {
            y = Gradients<TChannels, TWindow>(dy, n, row - 1, column, c, g);
            row3 = TWindow.Filter(row3, y, pixels);
            sums = TWindow.Data(sums, y, Taps<TChannels, TWindow>(weight, 3, c, g));
        }
        StoreData(dx, sums, n, (2 * row) + 1, column, c, g, data);
        return new TapSums<TChannels>(s.Row0, row1, s.Row2, row3, s.Row4, s.Bias);
    }

    private static FilterRow<TChannels> Taps<TChannels, TWindow>(View weight, int a, int c, RowTileGeometry g)
        where TChannels : unmanaged, IChannels<TChannels>
        where TWindow : unmanaged, IWindowShape => FilterRow<TChannels>.Load<TWindow>(weight, (a * TWindow.Size * g.C) + c, g.C, g.C - c);

    // Four columns of what is read of x, at row and column of the padded image. The factors stay in the cache: in registers they would
    // leave few for the sums.
    private static RowTile<TChannels> Pixels<TChannels, TInput>(View x, View factors, int n, int row, int column, int c, RowTileGeometry g)
        where TChannels : unmanaged, IChannels<TChannels>
        where TInput : unmanaged, IChannelPrologue
    {
        int h = row - g.Top;
        int nearest = IntrinsicMath.Min(IntrinsicMath.Max(h, 0), g.H - 1);
        int at = ((((n * g.H) + nearest) * g.W) * g.C) + c;
        TileColumns<TChannels> read = TileColumns<TChannels>.Load<Near, TChannels>(x, at, column - g.Left, 4, nearest == h, g.W, g.C, g.C - c);
        if (!TInput.HasFactors)
            return new RowTile<TChannels>(read.X0, read.X1, read.X2, read.X3);
        TChannels scale = TChannels.Load(factors, c, g.C - c), shift = TChannels.Load(factors, g.C + c, g.C - c);
        bool isRow = nearest == h;
        int w = column - g.Left;
        return new RowTile<TChannels>(
            Normed<TChannels, TInput>(read.X0, scale, shift, isRow, w, g),
            Normed<TChannels, TInput>(read.X1, scale, shift, isRow, w + 1, g),
            Normed<TChannels, TInput>(read.X2, scale, shift, isRow, w + 2, g),
            Normed<TChannels, TInput>(read.X3, scale, shift, isRow, w + 3, g));
    }

    private static TChannels Normed<TChannels, TInput>(TChannels x, TChannels scale, TChannels shift, bool isRow, int w, RowTileGeometry g)
        where TChannels : unmanaged, IChannels<TChannels>
        where TInput : unmanaged, IChannelPrologue => TChannels.Where(isRow & (w >= 0) & (w < g.W), TInput.Apply(x, scale, shift));

    // The columns of row p of dy that a tile meets, from the one that its first pixel meets in the last tap of a row.
    private static TileColumns<TChannels> Gradients<TChannels, TWindow>(View dy, int n, int p, int column, int c, RowTileGeometry g)
        where TChannels : unmanaged, IChannels<TChannels>
        where TWindow : unmanaged, IWindowShape
    {
        int nearest = IntrinsicMath.Min(IntrinsicMath.Max(p, 0), g.P - 1);
        int at = ((((n * g.P) + nearest) * g.Q) * g.C) + c;
        int first = TWindow.Stride == 1 ? column - TWindow.Size + 1 : (column >> 1) - (TWindow.Size >> 1);
        int reads = TWindow.Stride == 1 ? TWindow.Size + 3 : (TWindow.Size >> 1) + 2;
        return TileColumns<TChannels>.Load<Near, TChannels>(dy, at, first, reads, nearest == p, g.Q, g.C, g.C - c);
    }

    // Sets, or adds to, those of the four that lie inside the image.
    private static void StoreData<TChannels>(
        View dx, RowTile<TChannels> sums, int n, int row, int column, int c, RowTileGeometry g, int data)
        where TChannels : unmanaged, IChannels<TChannels>
    {
        int h = row - g.Top;
        int w = column - g.Left;
        if (data == 0 || h < 0 || h >= g.H)
            return;
        int at = (((((n * g.H) + h) * g.W) + w) * g.C) + c;
        StorePixel(dx, at, sums.A, w, c, g, data);
        StorePixel(dx, at + g.C, sums.B, w + 1, c, g, data);
        StorePixel(dx, at + (2 * g.C), sums.C, w + 2, c, g, data);
        StorePixel(dx, at + (3 * g.C), sums.D, w + 3, c, g, data);
    }

    private static void StorePixel<TChannels>(View dx, int at, TChannels value, int w, int c, RowTileGeometry g, int data)
        where TChannels : unmanaged, IChannels<TChannels>
    {
        if (w < 0 || w >= g.W)
            return;
        if (data > 1)
            value += TChannels.Load(dx, at, g.C - c);
        TChannels.Store(dx, at, value, g.C - c);
    }
}
