using ILGPU;

namespace GpuNet.Kernels;

internal static partial class RowTileKernels
{
    // A thread owns the channels of 4 neighbouring pixels of dx, tile after tile over a strip of rows, and with every value of dy that it
    // reads for them it adds to its sums of the taps' gradients: x and dy pass once. It takes 4 channels, and the group's sums are added
    // up in shared memory; or on a processor, alone in its group, 16. Neighbouring threads are neighbouring channels, then tiles, then
    // rows.
    [HotKernel(VectorLoads = true)]
    public static void Backward<TChannels, TWindow, TInput>(
        View x, View factors, View dy, View weight, View dx, View partials, RowTileGeometry g, int data)
        where TChannels : unmanaged, IFloats<TChannels>
        where TWindow : unmanaged, IWindowShape
        where TInput : unmanaged, IInput
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
        StoreSums<TChannels, TWindow, TInput>(sums, partials, g);
    }

    // First of the channels that a thread of the group owns.
    private static int Channel<TChannels>(int thread, RowTileGeometry g)
        where TChannels : unmanaged, IFloats<TChannels> =>
        g.FirstC + (((Grid.IdxX << g.LaneBits) + (thread & ((1 << g.LaneBits) - 1))) * TChannels.Count);

    // Four pixels of a row of x with stride 1. Rows and columns count from the padding's first, so that with stride s row s·p + a of the
    // padded image meets row p of dy in tap row a. All that lies outside is read from the nearest place inside and taken as 0.
    private static TapSums<TChannels> AddRow<TChannels, TWindow, TInput>(
        TapSums<TChannels> s, View x, View factors, View dy, View weight, View dx, int n, int row, int column, int c, RowTileGeometry g,
        int data)
        where TChannels : unmanaged, IFloats<TChannels>
        where TWindow : unmanaged, IWindowShape
        where TInput : unmanaged, IInput
    {
        RowTile<TChannels> pixels = Pixels<TChannels, TInput>(x, factors, n, row, column, c, g);
        TileColumns<TChannels> y = Gradients<TChannels, TWindow, TInput>(dy, n, row, column, c, g);
        TChannels bias = s.Bias + TWindow.Bias(y);
        TChannels zero = TChannels.Of(0f);
        FilterRow<TChannels> row0 = TWindow.Filter(s.Row0, y, pixels), row3 = s.Row3, row4 = s.Row4;
        RowTile<TChannels> sums = TWindow.Data(new RowTile<TChannels>(zero, zero, zero, zero), y,
            Taps<TChannels, TWindow, TInput>(weight, 0, c, g));
        y = Gradients<TChannels, TWindow, TInput>(dy, n, row - 1, column, c, g);
        FilterRow<TChannels> row1 = TWindow.Filter(s.Row1, y, pixels);
        sums = TWindow.Data(sums, y, Taps<TChannels, TWindow, TInput>(weight, 1, c, g));
        y = Gradients<TChannels, TWindow, TInput>(dy, n, row - 2, column, c, g);
        FilterRow<TChannels> row2 = TWindow.Filter(s.Row2, y, pixels);
        sums = TWindow.Data(sums, y, Taps<TChannels, TWindow, TInput>(weight, 2, c, g));
        if (TWindow.Size > 3)
        {
            y = Gradients<TChannels, TWindow, TInput>(dy, n, row - 3, column, c, g);
            row3 = TWindow.Filter(row3, y, pixels);
            sums = TWindow.Data(sums, y, Taps<TChannels, TWindow, TInput>(weight, 3, c, g));
            y = Gradients<TChannels, TWindow, TInput>(dy, n, row - 4, column, c, g);
            row4 = TWindow.Filter(row4, y, pixels);
            sums = TWindow.Data(sums, y, Taps<TChannels, TWindow, TInput>(weight, 4, c, g));
        }
        StoreData<TChannels, TInput>(dx, sums, n, row, column, c, g, data);
        return new TapSums<TChannels>(row0, row1, row2, row3, row4, bias);
    }

    // An even row of the padded image with stride 2, number `row` of them: the even tap rows meet it.
    private static TapSums<TChannels> AddEvenRow<TChannels, TWindow, TInput>(
        TapSums<TChannels> s, View x, View factors, View dy, View weight, View dx, int n, int row, int column, int c, RowTileGeometry g,
        int data)
        where TChannels : unmanaged, IFloats<TChannels>
        where TWindow : unmanaged, IWindowShape
        where TInput : unmanaged, IInput
    {
        RowTile<TChannels> pixels = Pixels<TChannels, TInput>(x, factors, n, 2 * row, column, c, g);
        TileColumns<TChannels> y = Gradients<TChannels, TWindow, TInput>(dy, n, row, column, c, g);
        TChannels bias = s.Bias + TWindow.Bias(y);
        TChannels zero = TChannels.Of(0f);
        FilterRow<TChannels> row0 = TWindow.Filter(s.Row0, y, pixels), row4 = s.Row4;
        RowTile<TChannels> sums = TWindow.Data(new RowTile<TChannels>(zero, zero, zero, zero), y,
            Taps<TChannels, TWindow, TInput>(weight, 0, c, g));
        y = Gradients<TChannels, TWindow, TInput>(dy, n, row - 1, column, c, g);
        FilterRow<TChannels> row2 = TWindow.Filter(s.Row2, y, pixels);
        sums = TWindow.Data(sums, y, Taps<TChannels, TWindow, TInput>(weight, 2, c, g));
        if (TWindow.Size > 3)
        {
            y = Gradients<TChannels, TWindow, TInput>(dy, n, row - 2, column, c, g);
            row4 = TWindow.Filter(row4, y, pixels);
            sums = TWindow.Data(sums, y, Taps<TChannels, TWindow, TInput>(weight, 4, c, g));
        }
        StoreData<TChannels, TInput>(dx, sums, n, 2 * row, column, c, g, data);
        return new TapSums<TChannels>(row0, s.Row1, row2, s.Row3, row4, bias);
    }

    // The odd row behind it: the odd tap rows meet it.
    private static TapSums<TChannels> AddOddRow<TChannels, TWindow, TInput>(
        TapSums<TChannels> s, View x, View factors, View dy, View weight, View dx, int n, int row, int column, int c, RowTileGeometry g,
        int data)
        where TChannels : unmanaged, IFloats<TChannels>
        where TWindow : unmanaged, IWindowShape
        where TInput : unmanaged, IInput
    {
        RowTile<TChannels> pixels = Pixels<TChannels, TInput>(x, factors, n, (2 * row) + 1, column, c, g);
        TileColumns<TChannels> y = Gradients<TChannels, TWindow, TInput>(dy, n, row, column, c, g);
        TChannels zero = TChannels.Of(0f);
        FilterRow<TChannels> row1 = TWindow.Filter(s.Row1, y, pixels), row3 = s.Row3;
        RowTile<TChannels> sums = TWindow.Data(new RowTile<TChannels>(zero, zero, zero, zero), y,
            Taps<TChannels, TWindow, TInput>(weight, 1, c, g));
        if (TWindow.Size > 3)
        {
            y = Gradients<TChannels, TWindow, TInput>(dy, n, row - 1, column, c, g);
            row3 = TWindow.Filter(row3, y, pixels);
            sums = TWindow.Data(sums, y, Taps<TChannels, TWindow, TInput>(weight, 3, c, g));
        }
        StoreData<TChannels, TInput>(dx, sums, n, (2 * row) + 1, column, c, g, data);
        return new TapSums<TChannels>(s.Row0, row1, s.Row2, row3, s.Row4, s.Bias);
    }

    private static FilterRow<TChannels> Taps<TChannels, TWindow, TInput>(View weight, int a, int c, RowTileGeometry g)
        where TChannels : unmanaged, IFloats<TChannels>
        where TWindow : unmanaged, IWindowShape
        where TInput : unmanaged, IInput => FilterRow<TChannels>.Load<TWindow, TInput>(weight, (a * TWindow.Size * g.C) + c, g.C, g.C - c);

    // Four columns of what is read of x, at row and column of the padded image. The factors stay in the cache: in registers they would
    // leave few for the sums.
    private static RowTile<TChannels> Pixels<TChannels, TInput>(View x, View factors, int n, int row, int column, int c, RowTileGeometry g)
        where TChannels : unmanaged, IFloats<TChannels>
        where TInput : unmanaged, IInput
    {
        int h = row - g.Top;
        int nearest = IntrinsicMath.Min(IntrinsicMath.Max(h, 0), g.H - 1);
        int at = ((((n * g.H) + nearest) * g.W) * g.C) + c;
        TChannels scale = Inputs.Scale<TInput, TChannels>(factors, c, g.C - c),
            shift = Inputs.Shift<TInput, TChannels>(factors, c, g.C, g.C - c);
        TileColumns<TChannels> read = TileColumns<TChannels>.Load<Near, TInput>(
            x, at, column - g.Left, 4, nearest == h, g.W, g.C, g.C - c, scale, shift);
        return new RowTile<TChannels>(read.X0, read.X1, read.X2, read.X3);
    }

    // The columns of row p of dy that a tile meets, from the one that its first pixel meets in the last tap of a row.
    private static TileColumns<TChannels> Gradients<TChannels, TWindow, TInput>(
        View dy, int n, int p, int column, int c, RowTileGeometry g)
        where TChannels : unmanaged, IFloats<TChannels>
        where TWindow : unmanaged, IWindowShape
        where TInput : unmanaged, IInput
    {
        int nearest = IntrinsicMath.Min(IntrinsicMath.Max(p, 0), g.P - 1);
        int at = ((((n * g.P) + nearest) * g.Q) * g.C) + c;
        int first = TWindow.Stride == 1 ? column - TWindow.Size + 1 : (column >> 1) - (TWindow.Size >> 1);
        int reads = TWindow.Stride == 1 ? TWindow.Size + 3 : (TWindow.Size >> 1) + 2;
        TChannels none = TChannels.Of(0f);
        return TileColumns<TChannels>.Load<Near, FloatsOf<TInput>>(dy, at, first, reads, nearest == p, g.Q, g.C, g.C - c, none, none);
    }

    // Sets, or adds to, those of the four that lie inside the image.
    private static void StoreData<TChannels, TInput>(
        View dx, RowTile<TChannels> sums, int n, int row, int column, int c, RowTileGeometry g, int data)
        where TChannels : unmanaged, IFloats<TChannels>
        where TInput : unmanaged, IInput
    {
        int h = row - g.Top;
        int w = column - g.Left;
        if (data == 0 || h < 0 || h >= g.H)
            return;
        int at = (((((n * g.H) + h) * g.W) + w) * g.C) + c;
        StorePixel<TChannels, TInput>(dx, at, sums.A, w, c, g, data);
        StorePixel<TChannels, TInput>(dx, at + g.C, sums.B, w + 1, c, g, data);
        StorePixel<TChannels, TInput>(dx, at + (2 * g.C), sums.C, w + 2, c, g, data);
        StorePixel<TChannels, TInput>(dx, at + (3 * g.C), sums.D, w + 3, c, g, data);
    }

    private static void StorePixel<TChannels, TInput>(View dx, int at, TChannels value, int w, int c, RowTileGeometry g, int data)
        where TChannels : unmanaged, IFloats<TChannels>
        where TInput : unmanaged, IInput
    {
        if (w < 0 || w >= g.W)
            return;
        if (data > 1)
            value += TInput.Floats<TChannels>(dx, at, g.C - c);
        TInput.StoreFloats(dx, at, value, g.C - c);
    }
}
