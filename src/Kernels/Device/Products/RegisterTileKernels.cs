using ILGPU;

namespace GpuNet.Kernels;

/// <summary>
/// Products whose tiles are the registers of a thread, without shared memory: see <see cref="RegisterTile{TColumns}"/>.
/// </summary>
internal static class RegisterTileKernels
{
    /// <summary>Rows of a tile.</summary>
    public const int Rows = 8;

    // A thread owns tiles of 8 rows and some columns, one below the other, of a product whose rows are those of x. Nothing is shared.
    // Neighbouring threads are neighbouring columns: their weights are contiguous, and elements of x are one address for all of them.
    [HotKernel(VectorLoads = true)]
    public static void Dense<TColumns, TInput, TEpilogue>(
        View x, View factors, View weight, View bias, View residual, View y,
        ProductGeometry g, EpilogueGeometry e, int firstColumn, int endColumn, int rowTiles)
        where TColumns : unmanaged, IFloats<TColumns>
        where TInput : unmanaged, IInput
        where TEpilogue : unmanaged, IEpilogue
    {
        int column = firstColumn + (((Grid.IdxY * Group.DimX) + Group.IdxX) * TColumns.Count);
        if (column >= endColumn)
            return;
        int k = (Grid.IdxZ * g.Columns) + column;
        int channel = Grid.IdxZ * g.Depth;
        int count = g.Columns - column;
        int row = Grid.IdxX * rowTiles * Rows;
        int end = End(row, rowTiles, g);
        RowNumbers factor = RowNumbers.Of(channel);
        RegisterTile<TColumns> start = RegisterTile<TColumns>.Of(Start<TColumns, TInput>(bias, k, count, e));
        for (; row < end; row += Rows)
        {
            RowNumbers rows = RowNumbers.Rows(row, g.Rows - 1);
            RowNumbers at = RowNumbers.Scale(rows, g.SourcePitch, channel);
            RegisterTile<TColumns> sums = start;
            if (e.AddsBefore != 0)
                sums = RegisterTile<TColumns>.Add<TEpilogue>(sums, residual, RowNumbers.Scale(rows, e.Channels, k), count);
            sums = RegisterTile<TColumns>.Add<TInput>(
                sums, x, at, 1, factors, factor, 1, g.SourcePitch, weight, g.FirstTap + k, g.WeightPitch, count, g.Depth);
            RegisterTile<TColumns>.Store<TEpilogue>(sums, y, RowNumbers.Scale(rows, e.Pitch, e.First + k), count);
            if (TEpilogue.Finishes)
            {
                for (int i = row; i < row + Rows && i < end; i++)
                    Finish<TColumns, TEpilogue>(residual, y, i, k, count, e);
            }
        }
    }

    // A thread owns tiles of 8 target pixels and some columns, one below the other. Nothing is shared. It walks the taps outside and the
    // channels inside, so that padding is tested once for a tap and a pixel; a row of taps that no pixel of the tile has outside the
    // image takes no test.
    [HotKernel(VectorLoads = true)]
    public static void Windowed<TColumns, TInput, TEpilogue>(
        View x, View factors, View weight, View bias, View residual, View y,
        ProductGeometry g, EpilogueGeometry e, int firstColumn, int endColumn, int rowTiles)
        where TColumns : unmanaged, IFloats<TColumns>
        where TInput : unmanaged, IInput
        where TEpilogue : unmanaged, IEpilogue
    {
        int column = firstColumn + (((Grid.IdxY * Group.DimX) + Group.IdxX) * TColumns.Count);
        if (column >= endColumn)
            return;
        int k = (Grid.IdxZ * g.Columns) + column;
        int channel = Grid.IdxZ * g.Depth;
        int count = g.Columns - column;
        int row = Grid.IdxX * rowTiles * Rows;
        int end = End(row, rowTiles, g);
        RowNumbers factor = RowNumbers.Of(channel);
        RegisterTile<TColumns> start = RegisterTile<TColumns>.Of(Start<TColumns, TInput>(bias, k, count, e));
        TargetPixel next = TargetPixel.At(row, g);
        for (; row < end; row += Rows)
        {
            TargetPixel p0 = next;
            TargetPixel p1 = TargetPixel.Next(p0, row + 1, g);
            TargetPixel p2 = TargetPixel.Next(p1, row + 2, g);
            TargetPixel p3 = TargetPixel.Next(p2, row + 3, g);
            TargetPixel p4 = TargetPixel.Next(p3, row + 4, g);
            TargetPixel p5 = TargetPixel.Next(p4, row + 5, g);
            TargetPixel p6 = TargetPixel.Next(p5, row + 6, g);
            TargetPixel p7 = TargetPixel.Next(p6, row + 7, g);
            next = TargetPixel.Next(p7, row + 8, g);
            if (TInput.PerImage)
            {
                factor.R0 = (p0.N * g.SourcePitch) + channel;
                factor.R1 = (p1.N * g.SourcePitch) + channel;
                factor.R2 = (p2.N * g.SourcePitch) + channel;
                factor.R3 = (p3.N * g.SourcePitch) + channel;
                factor.R4 = (p4.N * g.SourcePitch) + channel;
                factor.R5 = (p5.N * g.SourcePitch) + channel;
                factor.R6 = (p6.N * g.SourcePitch) + channel;
                factor.R7 = (p7.N * g.SourcePitch) + channel;
            }
            RowNumbers pixels;
            pixels.R0 = TargetPixel.Result(p0, g);
            pixels.R1 = TargetPixel.Result(p1, g);
            pixels.R2 = TargetPixel.Result(p2, g);
            pixels.R3 = TargetPixel.Result(p3, g);
            pixels.R4 = TargetPixel.Result(p4, g);
            pixels.R5 = TargetPixel.Result(p5, g);
            pixels.R6 = TargetPixel.Result(p6, g);
            pixels.R7 = TargetPixel.Result(p7, g);
            RegisterTile<TColumns> sums = start;
            if (e.AddsBefore != 0)
                sums = RegisterTile<TColumns>.Add<TEpilogue>(sums, residual, RowNumbers.Scale(pixels, e.Channels, k), count);
            for (int a = 0; a < g.TapsH; a++)
            {
                int w = g.FirstTap + (a * g.TapStepH) + k;
                bool inside = TargetPixel.IsInside(p0, a, g) & TargetPixel.IsInside(p1, a, g) & TargetPixel.IsInside(p2, a, g)
                    & TargetPixel.IsInside(p3, a, g) & TargetPixel.IsInside(p4, a, g) & TargetPixel.IsInside(p5, a, g)
                    & TargetPixel.IsInside(p6, a, g) & TargetPixel.IsInside(p7, a, g);
                int taps = inside ? g.Runs : g.TapsW;
                for (int b = 0; b < taps; b++)
                {
                    RowNumbers at;
                    at.R0 = TargetPixel.Source(p0, a, b, channel, g);
                    at.R1 = TargetPixel.Source(p1, a, b, channel, g);
                    at.R2 = TargetPixel.Source(p2, a, b, channel, g);
                    at.R3 = TargetPixel.Source(p3, a, b, channel, g);
                    at.R4 = TargetPixel.Source(p4, a, b, channel, g);
                    at.R5 = TargetPixel.Source(p5, a, b, channel, g);
                    at.R6 = TargetPixel.Source(p6, a, b, channel, g);
                    at.R7 = TargetPixel.Source(p7, a, b, channel, g);
                    sums = RegisterTile<TColumns>.Add<TInput>(
                        sums, x, at, 1, factors, factor, 1, g.SourcePitch, weight, w, g.WeightPitch, count, inside ? g.RunDepth : 0);
                    sums = RegisterTile<TColumns>.AddInside<TInput>(
                        sums, x, at, factors, factor, g.SourcePitch, weight, w, g.WeightPitch, count, inside ? 0 : g.Depth);
                    w += g.TapStepW;
                }
            }
            RegisterTile<TColumns>.Store<TEpilogue>(sums, y, RowNumbers.Scale(pixels, e.Pitch, e.First + k), count);
            if (TEpilogue.Finishes)
            {
                TargetPixel pixel = p0;
                for (int i = row; i < row + Rows && i < end; i++)
                {
                    Finish<TColumns, TEpilogue>(residual, y, TargetPixel.Result(pixel, g), k, count, e);
                    pixel = TargetPixel.Next(pixel, i + 1, g);
                }
            }
        }
    }

    private static TColumns Start<TColumns, TInput>(View bias, int k, int count, EpilogueGeometry e)
        where TColumns : unmanaged, IFloats<TColumns>
        where TInput : unmanaged, IInput => e.HasBias != 0 ? TInput.Floats<TColumns>(bias, k, count) : TColumns.Of(0f);

    // The sums were written as they are and are read again, row by row, which keeps the code of the activation small.
    private static void Finish<TColumns, TEpilogue>(View residual, View y, int pixel, int k, int count, EpilogueGeometry e)
        where TColumns : unmanaged, IFloats<TColumns>
        where TEpilogue : unmanaged, IEpilogue
    {
        int at = (pixel * e.Pitch) + e.First + k;
        int atResidual = (pixel * e.Channels) + k;
        for (int j = 0; j < TColumns.Count; j += 4)
        {
            Float4 sum = TEpilogue.Load<Float4>(y, at + j, count - j);
            TEpilogue.Store(y, at + j, TEpilogue.Finish(sum, residual, atResidual + j, count - j), count - j);
        }
    }

    private static int End(int row, int rowTiles, ProductGeometry g)
    {
        int end = row + (rowTiles * Rows);
        return end < g.Rows ? end : g.Rows;
    }
}
