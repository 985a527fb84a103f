using ILGPU;

namespace GpuNet.Kernels;

/// <summary>
/// Products whose operands pass through shared memory, where each is read by many threads: see <see cref="ISharedTile"/>.
/// </summary>
internal static class SharedTileKernels
{
    // A thread owns 8 rows of 4 columns of a tile that its group makes; where the depth is split, of one part of the sums. Shared are two
    // steps of source and weights: while one is multiplied, the next is on its way from memory. The source is transposed as it is
    // stored, so that the 8 rows of a thread are two vectors; neighbouring threads read neighbouring vectors of weights.
    [HotKernel(VectorLoads = true)]
    public static void Product<TTile, TRows, TEpilogue>(
        View x, View factors, View weight, View bias, View residual, View y, ProductGeometry g, EpilogueGeometry e, ProductParts parts)
        where TTile : unmanaged, ISharedTile
        where TRows : unmanaged, IProductRows
        where TEpilogue : unmanaged, IEpilogue
    {
        View source = SharedMemory.Allocate<float>(TTile.SourceFloats);
        ArrayView<Float4> weights = SharedMemory.Allocate<Float4>(TTile.WeightVectors);
        int thread = Group.IdxX;
        int group = parts.Count > 1 ? 0 : Grid.IdxZ;
        int part = parts.Count > 1 ? Grid.IdxZ : 0;

        // The part's first step: a tap, and how far into its channels.
        int a = part * parts.TapRows;
        int b = part * parts.TapColumns;
        int c = part * parts.Depth;
        int step = part * parts.Steps;
        int steps = (g.Depth + TTile.Depth - 1) >> (TTile.DepthBits + 2);
        int end = IntrinsicMath.Min(step + parts.Steps, g.TapsH * g.TapsW * steps);

        // What this thread brings in: up to four vectors of rows that are a quarter of the tile or more apart, and a vector of weights.
        int sourceRow = thread >> TTile.DepthBits;
        int sourceDepth = (thread & ((1 << TTile.DepthBits) - 1)) * 4;
        int apart = TTile.Rows / TTile.SourceVectors;
        int row = (Grid.IdxX * TTile.Rows) + sourceRow;
        int channel = (group * g.Depth) + c + sourceDepth;
        SourceRow r0 = TRows.At(row, a, b, channel, g), r1 = r0, r2 = r0, r3 = r0;
        if (TTile.SourceVectors > 1)
            r1 = TRows.At(row + apart, a, b, channel, g);
        if (TTile.SourceVectors > 2)
        {
            r2 = TRows.At(row + (2 * apart), a, b, channel, g);
            r3 = TRows.At(row + (3 * apart), a, b, channel, g);
        }
        int weightDepth = thread >> TTile.ColumnBits;
        int column = (Grid.IdxY * TTile.Columns) + ((thread & ((1 << TTile.ColumnBits) - 1)) * 4);
        int columns = g.Columns - column;
        int k = (group * g.Columns) + column;

        int count = step < end ? g.Depth - c - sourceDepth : 0;
        Float4 s0 = TRows.Read(r0, x, factors, channel, count, g), s1 = s0, s2 = s0, s3 = s0;
        if (TTile.SourceVectors > 1)
            s1 = TRows.Read(r1, x, factors, channel, count, g);
        if (TTile.SourceVectors > 2)
        {
            s2 = TRows.Read(r2, x, factors, channel, count, g);
            s3 = TRows.Read(r3, x, factors, channel, count, g);
        }
        Float4 w = ReadWeights<TRows>(weight, a, b, c + weightDepth, k, columns, g);
        var sums = RegisterTile<Float4>.Of(Float4.Of(0f));
        // Stored into one half while the other is multiplied; a counter tells them apart.
        for (int buffer = 0; step < end; buffer++)
        {
            int half = buffer & 1;
            StoreTransposed<TTile>(source, half, sourceDepth, sourceRow, s0);
            if (TTile.SourceVectors > 1)
                StoreTransposed<TTile>(source, half, sourceDepth, sourceRow + apart, s1);
            if (TTile.SourceVectors > 2)
            {
                StoreTransposed<TTile>(source, half, sourceDepth, sourceRow + (2 * apart), s2);
                StoreTransposed<TTile>(source, half, sourceDepth, sourceRow + (3 * apart), s3);
            }
            weights[(half * (TTile.Depth << TTile.ColumnBits)) + thread] = w;
            Group.Barrier();
            step++;
            c += TTile.Depth;
            r0.Factor += TTile.Depth;
            r1.Factor += TTile.Depth;
            r2.Factor += TTile.Depth;
            r3.Factor += TTile.Depth;
            if (c >= g.Depth)
            {
                c = 0;
                b++;
                bool wraps = b == g.TapsW;
                b = wraps ? 0 : b;
                a += wraps ? 1 : 0;
                r0 = NextTap<TTile, TRows>(r0, wraps, steps, g);
                r1 = NextTap<TTile, TRows>(r1, wraps, steps, g);
                r2 = NextTap<TTile, TRows>(r2, wraps, steps, g);
                r3 = NextTap<TTile, TRows>(r3, wraps, steps, g);
            }
            if (step < end)
            {
                channel = (group * g.Depth) + c + sourceDepth;
                count = g.Depth - c - sourceDepth;
                s0 = TRows.Read(r0, x, factors, channel, count, g);
                if (TTile.SourceVectors > 1)
                    s1 = TRows.Read(r1, x, factors, channel, count, g);
                if (TTile.SourceVectors > 2)
                {
                    s2 = TRows.Read(r2, x, factors, channel, count, g);
                    s3 = TRows.Read(r3, x, factors, channel, count, g);
                }
                w = ReadWeights<TRows>(weight, a, b, c + weightDepth, k, columns, g);
            }
            sums = Multiply<TTile>(sums, source, weights, half, thread);
        }

        int first = (Grid.IdxX * TTile.Rows) + ((thread >> TTile.ColumnBits) * 8);
        Write<TRows, TEpilogue>(sums.R0, bias, residual, y, first, k, columns, parts.Count, part, g, e);
        Write<TRows, TEpilogue>(sums.R1, bias, residual, y, first + 1, k, columns, parts.Count, part, g, e);
        Write<TRows, TEpilogue>(sums.R2, bias, residual, y, first + 2, k, columns, parts.Count, part, g, e);
        Write<TRows, TEpilogue>(sums.R3, bias, residual, y, first + 3, k, columns, parts.Count, part, g, e);
        Write<TRows, TEpilogue>(sums.R4, bias, residual, y, first + 4, k, columns, parts.Count, part, g, e);
        Write<TRows, TEpilogue>(sums.R5, bias, residual, y, first + 5, k, columns, parts.Count, part, g, e);
        Write<TRows, TEpilogue>(sums.R6, bias, residual, y, first + 6, k, columns, parts.Count, part, g, e);
        Write<TRows, TEpilogue>(sums.R7, bias, residual, y, first + 7, k, columns, parts.Count, part, g, e);
        if (TEpilogue.KeepsMoments)
            TileMoments.Store<TTile, TEpilogue>(sums, source.Cast<Float4>(), residual, k, columns, g);
    }

    // A thread owns 4 columns of a row and adds up its parts in order. Nothing is shared; neighbouring threads are neighbouring columns.
    public static void Combine<TRows, TEpilogue>(
        View partial, View bias, View residual, View y, ProductGeometry g, EpilogueGeometry e, int parts)
        where TRows : unmanaged, IProductRows
        where TEpilogue : unmanaged, IEpilogue
    {
        int vectors = (e.Channels + 3) >> 2;
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        int row = i / vectors;
        if (row >= g.Rows)
            return;
        int k = (i - (row * vectors)) * 4;
        int columns = e.Channels - k;
        int at = (row * e.Channels) + k;
        Float4 sum = TRows.Floats(partial, at, columns);
        for (int part = 1; part < parts; part++)
            sum += TRows.Floats(partial, at + (part * g.Rows * e.Channels), columns);
        if (e.HasBias != 0)
            sum += TRows.Floats(bias, k, columns);
        Epilogues.Store<TEpilogue, Float4>(sum, residual, y, TRows.Result(row, g), k, columns, e);
    }

    private static SourceRow NextTap<TTile, TRows>(SourceRow row, bool wraps, int steps, ProductGeometry g)
        where TTile : unmanaged, ISharedTile
        where TRows : unmanaged, IProductRows
    {
        SourceRow next = TRows.Next(row, wraps, g);
        next.Factor = row.Factor - (steps * TTile.Depth);
        return next;
    }

    // Past the depth weights are 0, so that it does not matter what the source has there.
    private static Float4 ReadWeights<TRows>(View weight, int a, int b, int c, int k, int columns, ProductGeometry g)
        where TRows : unmanaged, IProductRows
    {
        int at = g.FirstTap + (a * g.TapStepH) + (b * g.TapStepW) + (c * g.WeightPitch) + k;
        return TRows.Floats(weight, at, c < g.Depth ? columns : 0);
    }

    // Four depths of a row, which become four rows of a column each.
    private static void StoreTransposed<TTile>(View source, int half, int depth, int row, Float4 value)
        where TTile : unmanaged, ISharedTile
    {
        int pitch = TTile.Rows + 4;
        int at = (((half * TTile.Depth) + depth) * pitch) + row;
        source[at] = value.X;
        source[at + pitch] = value.Y;
        source[at + (2 * pitch)] = value.Z;
        source[at + (3 * pitch)] = value.W;
    }

    /// <summary>Adds the products of a step, of which source and weights lie in shared memory.</summary>
    internal static RegisterTile<Float4> Multiply<TTile>(
        RegisterTile<Float4> sums, View source, ArrayView<Float4> weights, int half, int thread)
        where TTile : unmanaged, ISharedTile
    {
        ArrayView<Float4> rows = source.Cast<Float4>();
        int pitch = (TTile.Rows + 4) / 4;
        int at = (half * TTile.Depth * pitch) + ((thread >> TTile.ColumnBits) * 2);
        int from = (half * (TTile.Depth << TTile.ColumnBits)) + (thread & ((1 << TTile.ColumnBits) - 1));
        for (int depth = 0; depth < TTile.Depth; depth++)
        {
            Float4 upper = rows[at + (depth * pitch)];
            Float4 lower = rows[at + (depth * pitch) + 1];
            Float4 w = weights[from + (depth << TTile.ColumnBits)];
            sums.R0 = Float4.MultiplyAdd(upper.X, w, sums.R0);
            sums.R1 = Float4.MultiplyAdd(upper.Y, w, sums.R1);
            sums.R2 = Float4.MultiplyAdd(upper.Z, w, sums.R2);
            sums.R3 = Float4.MultiplyAdd(upper.W, w, sums.R3);
            sums.R4 = Float4.MultiplyAdd(lower.X, w, sums.R4);
            sums.R5 = Float4.MultiplyAdd(lower.Y, w, sums.R5);
            sums.R6 = Float4.MultiplyAdd(lower.Z, w, sums.R6);
            sums.R7 = Float4.MultiplyAdd(lower.W, w, sums.R7);
        }
        return sums;
    }

    private static void Write<TRows, TEpilogue>(
        Float4 sum, View bias, View residual, View y, int row, int k, int columns, int parts, int part, ProductGeometry g,
        EpilogueGeometry e)
        where TRows : unmanaged, IProductRows
        where TEpilogue : unmanaged, IEpilogue
    {
        if (row >= g.Rows || columns <= 0)
            return;
        if (parts > 1)
        {
            TRows.StoreFloats(y, (((part * g.Rows) + row) * e.Channels) + k, sum, columns);
        }
        else
        {
            if (e.HasBias != 0)
                sum += TRows.Floats(bias, k, columns);
            Epilogues.Store<TEpilogue, Float4>(sum, residual, y, TRows.Result(row, g), k, columns, e);
        }
    }
}
