using ILGPU;

namespace GpuNet.Kernels;

/// <summary>Gradients of weights by tiles in registers: the product of a transposed matrix of source pixels and the gradient of the result.</summary>
internal static class RegisterTileWeightKernels
{
    // A thread owns 8 channels and some columns of the gradient, for a block of rows, which it walks in order. Nothing is shared: the
    // channels are one address for neighbouring threads, and their columns of dy are contiguous.
    [HotKernel(VectorLoads = true)]
    public static void Dense<TColumns, TAccess, TPrologue>(
        View x, View factors, View dy, View dweight, ProductGeometry g, int firstColumn, int endColumn, int channelTiles, int blockRows, int add)
        where TColumns : unmanaged, IColumns<TColumns>
        where TAccess : unmanaged, IVectorAccess
        where TPrologue : unmanaged, IPrologue
    {
        int column = firstColumn + (((Grid.IdxY * Group.DimX) + Group.IdxX) * TColumns.Count);
        if (column >= endColumn)
            return;
        int group = Grid.IdxZ / channelTiles;
        int channel = (Grid.IdxZ - (group * channelTiles)) * RegisterTileKernels.Rows;
        int k = (group * g.Columns) + column;
        int count = g.Columns - column;
        int row = Grid.IdxX * blockRows;
        int left = g.Rows - row;
        RowNumbers channels = RowNumbers.Rows(channel, g.Depth - 1);
        RowNumbers factor = RowNumbers.Scale(channels, 1, group * g.Depth);
        RowNumbers at = RowNumbers.Scale(factor, 1, row * g.SourcePitch);
        RowNumbers target = RowNumbers.Scale(channels, g.WeightPitch, (Grid.IdxX * g.Depth * g.WeightPitch) + k);
        RegisterTile<TColumns> sums = RegisterTile<TColumns>.Of(TColumns.Zero);
        if (add != 0)
            sums = RegisterTile<TColumns>.Add<TAccess>(sums, dweight, target, count);
        sums = RegisterTile<TColumns>.Add<TAccess, TAccess, TPrologue>(
            sums, x, at, g.SourcePitch, factors, factor, 0, g.SourcePitch, dy, (row * g.WeightPitch) + k, g.WeightPitch, count, left < blockRows ? left : blockRows);
        RegisterTile<TColumns>.Store<TAccess>(sums, dweight, target, count);
    }

    // A thread owns 8 channels of a tap and some columns of the gradient, for a block of lines of target pixels. Nothing is shared. Which
    // pixels of a line read padding through the tap is known before the first of them, so that none is tested.
    [HotKernel(VectorLoads = true)]
    public static void Windowed<TColumns, TAccess, TPrologue>(
        View x, View factors, View dy, View dweight, ProductGeometry g, int firstColumn, int endColumn, int channelTiles, int blockLines, int add)
        where TColumns : unmanaged, IColumns<TColumns>
        where TAccess : unmanaged, IVectorAccess
        where TPrologue : unmanaged, IPrologue
    {
        int column = firstColumn + (((Grid.IdxY * Group.DimX) + Group.IdxX) * TColumns.Count);
        if (column >= endColumn)
            return;
        int tile = Grid.IdxZ / channelTiles;
        int channel = (Grid.IdxZ - (tile * channelTiles)) * RegisterTileKernels.Rows;
        int taps = g.TapsH * g.TapsW;
        int group = tile / taps;
        int tap = tile - (group * taps);
        int a = tap / g.TapsW;
        int b = tap - (a * g.TapsW);
        int k = (group * g.Columns) + column;
        int count = g.Columns - column;
        int offset = g.FirstW + (b * g.ApartW);
        int first = offset >= 0 ? 0 : (g.StepW - 1 - offset) / g.StepW;
        int end = offset >= g.SourceW ? 0 : ((g.SourceW - 1 - offset) / g.StepW) + 1;
        end = end < g.TargetW ? end : g.TargetW;
        int line = Grid.IdxX * blockLines;
        int lastLine = line + blockLines;
        int lines = g.Images * g.TargetH;
        lastLine = lastLine < lines ? lastLine : lines;
        int n = line / g.TargetH;
        int u = line - (n * g.TargetH);
        RowNumbers channels = RowNumbers.Rows(channel, g.Depth - 1);
        RowNumbers factor = RowNumbers.Scale(channels, 1, group * g.Depth);
        RowNumbers target = RowNumbers.Scale(channels, g.WeightPitch, (((Grid.IdxX * taps) + tap) * g.Depth * g.WeightPitch) + k);
        RegisterTile<TColumns> sums = RegisterTile<TColumns>.Of(TColumns.Zero);
        if (add != 0)
            sums = RegisterTile<TColumns>.Add<TAccess>(sums, dweight, target, count);
        for (; line < lastLine; line++)
        {
            int h = (u * g.StepH) + g.FirstH + (a * g.ApartH);
            int from = (((((n * g.SourceH) + h) * g.SourceW) + (first * g.StepW) + offset) * g.SourcePitch) + (group * g.Depth);
            RowNumbers at = RowNumbers.Scale(channels, 1, from);
            RowNumbers gate = RowNumbers.Scale(factor, 1, TPrologue.PerImage ? n * g.SourcePitch : 0);
            int depth = (h >= 0) & (h < g.SourceH) ? end - first : 0;
            sums = RegisterTile<TColumns>.Add<TAccess, TAccess, TPrologue>(
                sums, x, at, g.StepW * g.SourcePitch, factors, gate, 0, g.SourcePitch,
                dy, (((line * g.TargetW) + first) * g.WeightPitch) + k, g.WeightPitch, count, depth);
            u++;
            if (u == g.TargetH)
            {
                u = 0;
                n++;
            }
        }
        RegisterTile<TColumns>.Store<TAccess>(sums, dweight, target, count);
    }
}
