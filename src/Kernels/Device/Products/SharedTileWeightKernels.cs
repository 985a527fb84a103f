using ILGPU;

namespace GpuNet.Kernels;

/// <summary>
/// Gradients of weights by tiles in shared memory, whose rows are channels of the source: see <see cref="ISharedTile"/>.
/// </summary>
internal static class SharedTileWeightKernels
{
    // A thread owns 8 channels of a tap and 4 columns of a tile that its group makes, for a block of rows. Shared are two steps of source
    // and of dy, which lie in memory as they are multiplied, channels side by side: neighbouring threads bring in neighbouring vectors.
    // While one step is multiplied, the next is on its way.
    [HotKernel(VectorLoads = true)]
    public static void Product<TTile, TRows, TAccess, TPrologue>(
        View x, View factors, View dy, View dweight, ProductGeometry g, WeightParts parts, int add)
        where TTile : unmanaged, ISharedTile
        where TRows : unmanaged, IWeightRows
        where TAccess : unmanaged, IVectorAccess
        where TPrologue : unmanaged, IPrologue
    {
        View source = SharedMemory.Allocate<float>(TTile.SourceFloats);
        ArrayView<Float4> columns = SharedMemory.Allocate<Float4>(TTile.WeightVectors);
        int thread = Group.IdxX;
        int tile = Grid.IdxZ / parts.ChannelTiles;
        int taps = g.TapsH * g.TapsW;
        int group = tile / taps;
        int tap = tile - (group * taps);
        int a = tap / g.TapsW;
        int b = tap - (a * g.TapsW);
        int block = Grid.IdxX;

        // What this thread brings in: up to four vectors of channels in rows that are a part of the step apart, and a vector of dy.
        int rowVectors = TTile.DepthBits + 3;
        int channelInTile = (thread & ((1 << rowVectors) - 1)) * 4;
        int depth = thread >> rowVectors;
        int apart = TTile.Depth / TTile.SourceVectors;
        int channel = ((Grid.IdxZ - (tile * parts.ChannelTiles)) * TTile.Rows) + channelInTile;
        int count = g.Depth - channel;
        channel += group * g.Depth;
        int row = (block * parts.BlockRows) + depth;
        int columnDepth = thread >> TTile.ColumnBits;
        int column = (Grid.IdxY * TTile.Columns) + ((thread & ((1 << TTile.ColumnBits) - 1)) * 4);
        int left = g.Columns - column;
        int k = (group * g.Columns) + column;
        int columnRow = (block * parts.BlockRows) + columnDepth;
        int end = IntrinsicMath.Min((block + 1) * parts.BlockRows, g.Rows);
        int steps = (end - (block * parts.BlockRows) + TTile.Depth - 1) >> (TTile.DepthBits + 2);
        TargetPixel p0 = TRows.At(row, g), p1 = p0, p2 = p0, p3 = p0;
        if (TTile.SourceVectors > 1)
            p1 = TRows.At(row + apart, g);
        if (TTile.SourceVectors > 2)
        {
            p2 = TRows.At(row + (2 * apart), g);
            p3 = TRows.At(row + (3 * apart), g);
        }

        Float4 s0 = Read<TRows, TAccess, TPrologue>(x, factors, p0, row, end, a, b, channel, count, g), s1 = s0, s2 = s0, s3 = s0;
        if (TTile.SourceVectors > 1)
            s1 = Read<TRows, TAccess, TPrologue>(x, factors, p1, row + apart, end, a, b, channel, count, g);
        if (TTile.SourceVectors > 2)
        {
            s2 = Read<TRows, TAccess, TPrologue>(x, factors, p2, row + (2 * apart), end, a, b, channel, count, g);
            s3 = Read<TRows, TAccess, TPrologue>(x, factors, p3, row + (3 * apart), end, a, b, channel, count, g);
        }
        Float4 d = TAccess.Load(dy, (columnRow * g.WeightPitch) + k, columnRow < end ? left : 0);
        var sums = RegisterTile<Float4>.Of(Float4.Of(0f));
        ArrayView<Float4> vectors = source.Cast<Float4>();
        int pitch = (TTile.Rows + 4) / 4;
        // Stored into one half while the other is multiplied; a counter tells them apart.
        for (int step = 0; step < steps; step++)
        {
            int half = step & 1;
            int at = (((half * TTile.Depth) + depth) * pitch) + (channelInTile >> 2);
            vectors[at] = s0;
            if (TTile.SourceVectors > 1)
                vectors[at + (apart * pitch)] = s1;
            if (TTile.SourceVectors > 2)
            {
                vectors[at + (2 * apart * pitch)] = s2;
                vectors[at + (3 * apart * pitch)] = s3;
            }
            columns[(half * (TTile.Depth << TTile.ColumnBits)) + thread] = d;
            Group.Barrier();
            if (step + 1 < steps)
            {
                row += TTile.Depth;
                columnRow += TTile.Depth;
                p0 = TRows.Advance(p0, parts, g);
                s0 = Read<TRows, TAccess, TPrologue>(x, factors, p0, row, end, a, b, channel, count, g);
                if (TTile.SourceVectors > 1)
                {
                    p1 = TRows.Advance(p1, parts, g);
                    s1 = Read<TRows, TAccess, TPrologue>(x, factors, p1, row + apart, end, a, b, channel, count, g);
                }
                if (TTile.SourceVectors > 2)
                {
                    p2 = TRows.Advance(p2, parts, g);
                    p3 = TRows.Advance(p3, parts, g);
                    s2 = Read<TRows, TAccess, TPrologue>(x, factors, p2, row + (2 * apart), end, a, b, channel, count, g);
                    s3 = Read<TRows, TAccess, TPrologue>(x, factors, p3, row + (3 * apart), end, a, b, channel, count, g);
                }
                d = TAccess.Load(dy, (columnRow * g.WeightPitch) + k, columnRow < end ? left : 0);
            }
            sums = SharedTileKernels.Multiply<TTile>(sums, source, columns, half, thread);
        }

        int first = ((Grid.IdxZ - (tile * parts.ChannelTiles)) * TTile.Rows) + ((thread >> TTile.ColumnBits) * 8);
        int target = (((((block * taps) + tap) * g.Depth) + first) * g.WeightPitch) + k;
        int there = g.Depth - first;
        Write<TAccess>(sums.R0, dweight, target, there > 0 ? left : 0, add);
        Write<TAccess>(sums.R1, dweight, target + g.WeightPitch, there > 1 ? left : 0, add);
        Write<TAccess>(sums.R2, dweight, target + (2 * g.WeightPitch), there > 2 ? left : 0, add);
        Write<TAccess>(sums.R3, dweight, target + (3 * g.WeightPitch), there > 3 ? left : 0, add);
        Write<TAccess>(sums.R4, dweight, target + (4 * g.WeightPitch), there > 4 ? left : 0, add);
        Write<TAccess>(sums.R5, dweight, target + (5 * g.WeightPitch), there > 5 ? left : 0, add);
        Write<TAccess>(sums.R6, dweight, target + (6 * g.WeightPitch), there > 6 ? left : 0, add);
        Write<TAccess>(sums.R7, dweight, target + (7 * g.WeightPitch), there > 7 ? left : 0, add);
    }

    // Four channels of what a row of the block reads through a tap, with factors that all images share; 0 past the last row, for padding,
    // and past the last channel.
    private static Float4 Read<TRows, TAccess, TPrologue>(
        View x, View factors, TargetPixel pixel, int row, int end, int a, int b, int channel, int count, ProductGeometry g)
        where TRows : unmanaged, IWeightRows
        where TAccess : unmanaged, IVectorAccess
        where TPrologue : unmanaged, IPrologue
    {
        int at = row < end ? TRows.Place(pixel, row, a, b, channel, g) : -1;
        if (at < 0 || count <= 0)
            return Float4.Of(0f);
        return Inputs.Read<Input<TAccess, TAccess, TPrologue>, Float4>(x, at, factors, channel, g.SourcePitch, count);
    }

    private static void Write<TAccess>(Float4 sum, View dweight, int at, int count, int add)
        where TAccess : unmanaged, IVectorAccess
    {
        if (add != 0)
            sum += TAccess.Load(dweight, at, count);
        TAccess.Store(dweight, at, sum, count);
    }
}
