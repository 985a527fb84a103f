using ILGPU;

namespace GpuNet.Kernels;

/// <summary>
/// Gradients of weights by tiles in registers: the product of a transposed matrix of source pixels and the gradient of the result.
/// </summary>
internal static class RegisterTileWeightKernels
{
    // A thread owns 8 channels and some columns of the gradient, for a block of rows, which it walks in order. Nothing is shared: the
    // channels are one address for neighbouring threads, and their columns of dy are contiguous.
    [HotKernel(VectorLoads = true)]
    public static void Dense<TColumns, TAccess>(
        View x, View dy, View dweight, ProductGeometry g, int firstColumn, int endColumn, int channelTiles, int blockRows, int add)
        where TColumns : unmanaged, IFloats<TColumns>
        where TAccess : unmanaged, IVectorAccess
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
        RowNumbers at = RowNumbers.Scale(channels, 1, (row * g.SourcePitch) + (group * g.Depth));
        RowNumbers target = RowNumbers.Scale(channels, g.WeightPitch, (Grid.IdxX * g.Depth * g.WeightPitch) + k);
        RegisterTile<TColumns> sums = RegisterTile<TColumns>.Of(TColumns.Of(0f));
        if (add != 0)
            sums = RegisterTile<TColumns>.Add<SumEpilogue<TAccess>>(sums, dweight, target, count);
        sums = RegisterTile<TColumns>.Add<Input<TAccess, TAccess, NoPrologue>>(
            sums, x, at, g.SourcePitch, x, at, 0, 0, dy, (row * g.WeightPitch) + k, g.WeightPitch, count,
            left < blockRows ? left : blockRows);
        RegisterTile<TColumns>.Store<SumEpilogue<TAccess>>(sums, dweight, target, count);
    }

    // A thread owns 8 channels of a tap and some columns of the gradient, for a block of lines of target pixels. Nothing is shared. Which
    // pixels of a line read padding through the tap is known before the first of them, so that none is tested.
    [HotKernel(VectorLoads = true)]
    public static void Windowed<TColumns, TAccess>(
        View x, View dy, View dweight, ProductGeometry g, int firstColumn, int endColumn, int channelTiles, int blockLines, int add)
        where TColumns : unmanaged, IFloats<TColumns>
        where TAccess : unmanaged, IVectorAccess
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
        int offset = g.FirstW + (b * g.SpacingW);
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
        RowNumbers target = RowNumbers.Scale(channels, g.WeightPitch, (((Grid.IdxX * taps) + tap) * g.Depth * g.WeightPitch) + k);
        RegisterTile<TColumns> sums = RegisterTile<TColumns>.Of(TColumns.Of(0f));
        if (add != 0)
            sums = RegisterTile<TColumns>.Add<SumEpilogue<TAccess>>(sums, dweight, target, count);
        // Places are carried from line to line: what does not change, divisions included, the compiler would compute anew for each.
        int row = (line * g.TargetW) + first;
        int endRow = (line * g.TargetW) + end;
        int linePitch = g.SourceW * g.SourcePitch;
        int h = (u * g.StepH) + g.FirstH + (a * g.SpacingH);
        int from = (((n * g.SourceH) + h) * linePitch) + (((first * g.StepW) + offset) * g.SourcePitch) + (group * g.Depth);
        for (; line < lastLine; line++)
        {
            int depth = (h >= 0) & (h < g.SourceH) ? endRow - row : 0;
            sums = RegisterTile<TColumns>.Add<Input<TAccess, TAccess, NoPrologue>>(
                sums, x, RowNumbers.Scale(channels, 1, from), g.StepW * g.SourcePitch, x, channels, 0, 0,
                dy, (row * g.WeightPitch) + k, g.WeightPitch, count, depth);
            row += g.TargetW;
            endRow += g.TargetW;
            h += g.StepH;
            from += g.StepH * linePitch;
            u++;
            if (u == g.TargetH)
            {
                u = 0;
                h -= g.TargetH * g.StepH;
                from += (g.SourceH - (g.TargetH * g.StepH)) * linePitch;
            }
        }
        RegisterTile<TColumns>.Store<SumEpilogue<TAccess>>(sums, dweight, target, count);
    }
}
