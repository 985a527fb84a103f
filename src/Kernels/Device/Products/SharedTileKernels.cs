using ILGPU;

namespace GpuNet.Kernels;

/// <summary>
/// Products whose operands pass through shared memory, where each is read by many threads: see <see cref="ISharedTile"/>. The input lies
/// in memory as <c>TIn</c> says, the result and what is added to it as <c>TOut</c> says.
/// </summary>
internal static class SharedTileKernels
{
    // A thread owns 8 rows of 4 columns of a tile that its group makes; where the depth is split, of one part of the sums. Shared are two
    // steps of source and weights: while one is multiplied, the next is on its way from memory. The source is turned over as it is
    // stored, so that the 8 rows of a thread are two vectors; neighbouring threads read neighbouring vectors of weights.
    [HotKernel(VectorLoads = true)]
    public static void Product<TTile, TSource, TIn, TAccess, TOut, TPrologue, TEnd>(
        View x, View factors, View weight, View bias, View extra, View y, ProductGeometry g, EpilogueGeometry e, ProductParts parts)
        where TTile : unmanaged, ISharedTile
        where TSource : unmanaged, IRowSource
        where TIn : unmanaged, IVectorAccess
        where TAccess : unmanaged, IVectorAccess
        where TOut : unmanaged, IVectorAccess
        where TPrologue : unmanaged, IPrologue
        where TEnd : unmanaged, IProductEnd
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
        SourceRow r0 = TSource.At<TPrologue>(row, a, b, channel, g), r1 = r0, r2 = r0, r3 = r0;
        if (TTile.SourceVectors > 1)
            r1 = TSource.At<TPrologue>(row + apart, a, b, channel, g);
        if (TTile.SourceVectors > 2)
        {
            r2 = TSource.At<TPrologue>(row + (2 * apart), a, b, channel, g);
            r3 = TSource.At<TPrologue>(row + (3 * apart), a, b, channel, g);
        }
        int weightDepth = thread >> TTile.ColumnBits;
        int column = (Grid.IdxY * TTile.Columns) + ((thread & ((1 << TTile.ColumnBits) - 1)) * 4);
        int columns = g.Columns - column;
        int k = (group * g.Columns) + column;

        int count = step < end ? g.Depth - c - sourceDepth : 0;
        Float4 s0 = Read<TSource, TIn, TAccess, TPrologue>(x, factors, r0, channel, count, g), s1 = s0, s2 = s0, s3 = s0;
        if (TTile.SourceVectors > 1)
            s1 = Read<TSource, TIn, TAccess, TPrologue>(x, factors, r1, channel, count, g);
        if (TTile.SourceVectors > 2)
        {
            s2 = Read<TSource, TIn, TAccess, TPrologue>(x, factors, r2, channel, count, g);
            s3 = Read<TSource, TIn, TAccess, TPrologue>(x, factors, r3, channel, count, g);
        }
        Float4 w = ReadWeights<TAccess>(weight, a, b, c + weightDepth, k, columns, g);
        var sums = RegisterTile<Columns4>.Of(Columns4.Zero);
        // Stored into one half while the other is multiplied; a counter tells them apart.
        for (int turn = 0; step < end; turn++)
        {
            int half = turn & 1;
            Turn<TTile>(source, half, sourceDepth, sourceRow, s0);
            if (TTile.SourceVectors > 1)
                Turn<TTile>(source, half, sourceDepth, sourceRow + apart, s1);
            if (TTile.SourceVectors > 2)
            {
                Turn<TTile>(source, half, sourceDepth, sourceRow + (2 * apart), s2);
                Turn<TTile>(source, half, sourceDepth, sourceRow + (3 * apart), s3);
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
                r0 = NextTap<TTile, TSource>(r0, wraps, steps, g);
                r1 = NextTap<TTile, TSource>(r1, wraps, steps, g);
                r2 = NextTap<TTile, TSource>(r2, wraps, steps, g);
                r3 = NextTap<TTile, TSource>(r3, wraps, steps, g);
            }
            if (step < end)
            {
                channel = (group * g.Depth) + c + sourceDepth;
                count = g.Depth - c - sourceDepth;
                s0 = Read<TSource, TIn, TAccess, TPrologue>(x, factors, r0, channel, count, g);
                if (TTile.SourceVectors > 1)
                    s1 = Read<TSource, TIn, TAccess, TPrologue>(x, factors, r1, channel, count, g);
                if (TTile.SourceVectors > 2)
                {
                    s2 = Read<TSource, TIn, TAccess, TPrologue>(x, factors, r2, channel, count, g);
                    s3 = Read<TSource, TIn, TAccess, TPrologue>(x, factors, r3, channel, count, g);
                }
                w = ReadWeights<TAccess>(weight, a, b, c + weightDepth, k, columns, g);
            }
            sums = Multiply<TTile>(sums, source, weights, half, thread);
        }

        int first = (Grid.IdxX * TTile.Rows) + ((thread >> TTile.ColumnBits) * 8);
        Write<TSource, TAccess, TOut, TEnd>(sums.R0.A, bias, extra, y, first, k, columns, parts.Count, part, g, e);
        Write<TSource, TAccess, TOut, TEnd>(sums.R1.A, bias, extra, y, first + 1, k, columns, parts.Count, part, g, e);
        Write<TSource, TAccess, TOut, TEnd>(sums.R2.A, bias, extra, y, first + 2, k, columns, parts.Count, part, g, e);
        Write<TSource, TAccess, TOut, TEnd>(sums.R3.A, bias, extra, y, first + 3, k, columns, parts.Count, part, g, e);
        Write<TSource, TAccess, TOut, TEnd>(sums.R4.A, bias, extra, y, first + 4, k, columns, parts.Count, part, g, e);
        Write<TSource, TAccess, TOut, TEnd>(sums.R5.A, bias, extra, y, first + 5, k, columns, parts.Count, part, g, e);
        Write<TSource, TAccess, TOut, TEnd>(sums.R6.A, bias, extra, y, first + 6, k, columns, parts.Count, part, g, e);
        Write<TSource, TAccess, TOut, TEnd>(sums.R7.A, bias, extra, y, first + 7, k, columns, parts.Count, part, g, e);
        if (TEnd.LeavesMoments)
            TileMoments.Leave<TTile, TAccess>(sums, source.Cast<Float4>(), extra, k, columns, g);
    }

    // A thread owns 4 columns of a row and adds up its parts in order. Nothing is shared; neighbouring threads are neighbouring columns.
    public static void Combine<TSource, TAccess, TOut, TEnd>(
        View partial, View bias, View extra, View y, ProductGeometry g, EpilogueGeometry e, int parts)
        where TSource : unmanaged, IRowSource
        where TAccess : unmanaged, IVectorAccess
        where TOut : unmanaged, IVectorAccess
        where TEnd : unmanaged, IProductEnd
    {
        int vectors = (e.Channels + 3) >> 2;
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        int row = i / vectors;
        if (row >= g.Rows)
            return;
        int k = (i - (row * vectors)) * 4;
        int columns = e.Channels - k;
        int at = (row * e.Channels) + k;
        Float4 sum = TAccess.Load(partial, at, columns);
        for (int part = 1; part < parts; part++)
            sum += TAccess.Load(partial, at + (part * g.Rows * e.Channels), columns);
        Finish<TAccess, TOut, TEnd>(sum, bias, extra, y, TSource.Result(row, g), k, columns, e);
    }

    private static SourceRow NextTap<TTile, TSource>(SourceRow row, bool wraps, int steps, ProductGeometry g)
        where TTile : unmanaged, ISharedTile
        where TSource : unmanaged, IRowSource
    {
        SourceRow next = TSource.Next(row, wraps, g);
        next.Factor = row.Factor - (steps * TTile.Depth);
        return next;
    }

    // Four channels of what a row reads, of which the group's depth has `count` left.
    private static Float4 Read<TSource, TIn, TAccess, TPrologue>(View x, View factors, SourceRow row, int channel, int count, ProductGeometry g)
        where TSource : unmanaged, IRowSource
        where TIn : unmanaged, IVectorAccess
        where TAccess : unmanaged, IVectorAccess
        where TPrologue : unmanaged, IPrologue
    {
        int at = TSource.Place(row, g);
        if (at < 0 || count <= 0)
            return Float4.Of(0f);
        return TPrologue.Apply<TAccess>(TIn.Load(x, at + channel, count), factors, row.Factor, g.SourcePitch, count);
    }

    // Past the depth weights are 0, so that it does not matter what the source has there.
    private static Float4 ReadWeights<TAccess>(View weight, int a, int b, int c, int k, int columns, ProductGeometry g)
        where TAccess : unmanaged, IVectorAccess
    {
        int at = g.FirstTap + (a * g.TapStepH) + (b * g.TapStepW) + (c * g.WeightPitch) + k;
        return TAccess.Load(weight, at, c < g.Depth ? columns : 0);
    }

    // Four depths of a row, which become four rows of a column each.
    private static void Turn<TTile>(View source, int half, int depth, int row, Float4 value)
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
    internal static RegisterTile<Columns4> Multiply<TTile>(
        RegisterTile<Columns4> sums, View source, ArrayView<Float4> weights, int half, int thread)
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
            var w = new Columns4(weights[from + (depth << TTile.ColumnBits)]);
            sums.R0 = Columns4.MultiplyAdd(upper.X, w, sums.R0);
            sums.R1 = Columns4.MultiplyAdd(upper.Y, w, sums.R1);
            sums.R2 = Columns4.MultiplyAdd(upper.Z, w, sums.R2);
            sums.R3 = Columns4.MultiplyAdd(upper.W, w, sums.R3);
            sums.R4 = Columns4.MultiplyAdd(lower.X, w, sums.R4);
            sums.R5 = Columns4.MultiplyAdd(lower.Y, w, sums.R5);
            sums.R6 = Columns4.MultiplyAdd(lower.Z, w, sums.R6);
            sums.R7 = Columns4.MultiplyAdd(lower.W, w, sums.R7);
        }
        return sums;
    }

    private static void Write<TSource, TAccess, TOut, TEnd>(
        Float4 sum, View bias, View extra, View y, int row, int k, int columns, int parts, int part, ProductGeometry g, EpilogueGeometry e)
        where TSource : unmanaged, IRowSource
        where TAccess : unmanaged, IVectorAccess
        where TOut : unmanaged, IVectorAccess
        where TEnd : unmanaged, IProductEnd
    {
        if (row >= g.Rows || columns <= 0)
            return;
        if (parts > 1)
            TAccess.Store(y, (((part * g.Rows) + row) * e.Channels) + k, sum, columns);
        else
            Finish<TAccess, TOut, TEnd>(sum, bias, extra, y, TSource.Result(row, g), k, columns, e);
    }

    private static void Finish<TAccess, TOut, TEnd>(
        Float4 sum, View bias, View extra, View y, int pixel, int k, int columns, EpilogueGeometry e)
        where TAccess : unmanaged, IVectorAccess
        where TOut : unmanaged, IVectorAccess
        where TEnd : unmanaged, IProductEnd
    {
        int at = (pixel * e.Channels) + k;
        if (e.HasBias != 0)
            sum += TAccess.Load(bias, k, columns);
        if (e.AddsBefore != 0)
            sum += TOut.Load(extra, at, columns);
        if (TEnd.Finishes)
            sum = TEnd.Finish<TOut>(sum, extra, at, columns);
        TOut.Store(y, (pixel * e.Pitch) + e.First + k, sum, columns);
    }
}
