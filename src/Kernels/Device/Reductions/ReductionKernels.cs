using ILGPU;

namespace GpuNet.Kernels;

/// <summary>Sums over rows for each channel, of blocks of rows: the first sums [images, blocks, channels], then the second ones.</summary>
internal static class ReductionKernels
{
    // A group owns some channels of a block of rows, channels, blocks and images being the grid's axes; a thread adds every so manieth
    // row of four channels, runs of 32 first, to keep rounding errors small. The threads' sums are added up in shared memory, halved again
    // and again. A row of the group is a line of memory.
    [HotKernel(VectorLoads = true)]
    public static void Tree<TGroup, TIn, TAccess, TSummand>(
        View x, View dy, View f0, View f1, View f2, View f3, View sums, ReductionGeometry g, int add)
        where TGroup : unmanaged, IReductionGroup
        where TIn : unmanaged, IVectorAccess
        where TAccess : unmanaged, IVectorAccess
        where TSummand : unmanaged, ISummand
    {
        ArrayView<Float4> first = SharedMemory.Allocate<Float4>(TGroup.Size);
        ArrayView<Float4> second = SharedMemory.Allocate<Float4>(TGroup.Size);
        int thread = Group.IdxX;
        int c = ((Grid.IdxX * TGroup.Lanes) + (thread & (TGroup.Lanes - 1))) * 4;
        int count = g.Channels - c;
        Float4 a0 = TSummand.Factors > 0 ? TAccess.Load(f0, c, count) : Float4.Of(0f);
        Float4 a1 = TSummand.Factors > 1 ? TAccess.Load(f1, c, count) : Float4.Of(0f);
        Float4 a2 = TSummand.Factors > 2 ? TAccess.Load(f2, c, count) : Float4.Of(0f);
        Float4 a3 = TSummand.Factors > 3 ? TAccess.Load(f3, c, count) : Float4.Of(0f);
        int rows = BlockRows(g);
        int step = TGroup.Size / TGroup.Lanes;
        int at = (((Grid.IdxZ * g.Rows) + (Grid.IdxY * g.BlockRows) + (thread / TGroup.Lanes)) * g.Channels) + c;
        SumPair sum = SumPair.Zero;
        for (int start = thread / TGroup.Lanes; start < rows; start += 32 * step)
        {
            int end = start + (32 * step) < rows ? start + (32 * step) : rows;
            SumPair run = SumPair.Zero;
            for (int row = start; row < end; row += step)
            {
                run += Row<TIn, TAccess, TSummand>(x, dy, at, count, a0, a1, a2, a3);
                at += step * g.Channels;
            }
            sum += run;
        }
        first[thread] = sum.First;
        if (TSummand.HasSecond)
            second[thread] = sum.Second;
        for (int half = TGroup.Size >> 1; half >= TGroup.Lanes; half >>= 1)
        {
            Group.Barrier();
            if (thread < half)
            {
                first[thread] = first[thread] + first[thread + half];
                if (TSummand.HasSecond)
                    second[thread] = second[thread] + second[thread + half];
            }
        }
        if (thread < TGroup.Lanes)
            Write<TAccess, TSummand>(new SumPair(first[thread], TSummand.HasSecond ? second[thread] : Float4.Of(0f)), sums, c, g, add);
    }

    // A thread owns a strip of channels of a block of rows, strips, blocks and images being the grid's axes. Nothing is shared. The sums
    // stand in the result's own memory, which stays in the first cache, while four rows at a time stream by: a processor likes neither
    // barriers nor strides. What is there already counts where it is added to; it is never multiplied.
    [HotKernel(VectorLoads = true)]
    public static void Strips<TIn, TAccess, TSummand>(
        View x, View dy, View f0, View f1, View f2, View f3, View sums, ReductionGeometry g, int add)
        where TIn : unmanaged, IVectorAccess
        where TAccess : unmanaged, IVectorAccess
        where TSummand : unmanaged, ISummand
    {
        int begin = Grid.IdxX * StripChannels;
        int end = begin + StripChannels < g.Channels ? begin + StripChannels : g.Channels;
        int to = ((Grid.IdxZ * g.Blocks) + Grid.IdxY) * g.Channels;
        for (int c = begin; c < end && add == 0; c += 4)
        {
            TAccess.Store(sums, to + c, Float4.Of(0f), end - c);
            if (TSummand.HasSecond)
                TAccess.Store(sums, g.Second + to + c, Float4.Of(0f), end - c);
        }
        int rows = BlockRows(g);
        int at = ((Grid.IdxZ * g.Rows) + (Grid.IdxY * g.BlockRows)) * g.Channels;
        for (int row = 0; row < rows; row += 4)
        {
            int some = rows - row;
            for (int c = begin; c < end; c += 4)
            {
                int count = end - c;
                Float4 a0 = TSummand.Factors > 0 ? TAccess.Load(f0, c, count) : Float4.Of(0f);
                Float4 a1 = TSummand.Factors > 1 ? TAccess.Load(f1, c, count) : Float4.Of(0f);
                Float4 a2 = TSummand.Factors > 2 ? TAccess.Load(f2, c, count) : Float4.Of(0f);
                Float4 a3 = TSummand.Factors > 3 ? TAccess.Load(f3, c, count) : Float4.Of(0f);
                SumPair sum = Row<TIn, TAccess, TSummand>(x, dy, at + c, count, a0, a1, a2, a3);
                if (some > 1)
                    sum += Row<TIn, TAccess, TSummand>(x, dy, at + g.Channels + c, count, a0, a1, a2, a3);
                if (some > 2)
                    sum += Row<TIn, TAccess, TSummand>(x, dy, at + (2 * g.Channels) + c, count, a0, a1, a2, a3);
                if (some > 3)
                    sum += Row<TIn, TAccess, TSummand>(x, dy, at + (3 * g.Channels) + c, count, a0, a1, a2, a3);
                TAccess.Store(sums, to + c, TAccess.Load(sums, to + c, count) + sum.First, count);
                if (TSummand.HasSecond)
                    TAccess.Store(sums, g.Second + to + c, TAccess.Load(sums, g.Second + to + c, count) + sum.Second, count);
            }
            at += 4 * g.Channels;
        }
        for (int c = begin; c < end && add == 0; c += 4)
        {
            int count = end - c;
            var sum = new SumPair(TAccess.Load(sums, to + c, count),
                TSummand.HasSecond ? TAccess.Load(sums, g.Second + to + c, count) : Float4.Of(0f));
            Write<TAccess, TSummand>(sum, sums, c, g, 0);
        }
    }

    /// <summary>Channels of a strip.</summary>
    public const int StripChannels = 128;

    private static SumPair Row<TIn, TAccess, TSummand>(View x, View dy, int at, int count, Float4 a0, Float4 a1, Float4 a2, Float4 a3)
        where TIn : unmanaged, IVectorAccess
        where TAccess : unmanaged, IVectorAccess
        where TSummand : unmanaged, ISummand =>
        TSummand.Of(TIn.Load(x, at, count), TSummand.ReadsGradient ? TAccess.Load(dy, at, count) : Float4.Of(0f), a0, a1, a2, a3);

    private static int BlockRows(ReductionGeometry g)
    {
        int left = g.Rows - (Grid.IdxY * g.BlockRows);
        return left < g.BlockRows ? left : g.BlockRows;
    }

    // With d = x − r: mean − r = Σd/n, and Σ(x − mean)² = Σd² − (Σd)²/n.
    private static void Write<TAccess, TSummand>(SumPair sum, View sums, int c, ReductionGeometry g, int add)
        where TAccess : unmanaged, IVectorAccess
        where TSummand : unmanaged, ISummand
    {
        int count = g.Channels - c;
        int to = (((Grid.IdxZ * g.Blocks) + Grid.IdxY) * g.Channels) + c;
        Float4 value = (TSummand.AreMoments ? 1f / BlockRows(g) : g.Factor) * sum.First;
        if (TSummand.AreMoments)
        {
            Float4 within = sum.Second - (sum.First * value);
            TAccess.Store(sums, g.Second + to, Float4.NotNegative(within), count);
            if (c == 0)
                sums[g.Counts + (Grid.IdxZ * g.Blocks) + Grid.IdxY] = BlockRows(g);
        }
        else if (TSummand.HasSecond)
        {
            TAccess.Store(sums, g.Second + to, sum.Second, count);
        }
        if (add != 0)
            value = TAccess.Load(sums, to, count) + value;
        TAccess.Store(sums, to, value, count);
    }
}

/// <summary>What the kernels of reductions over rows need to know, by value.</summary>
internal readonly struct ReductionGeometry
{
    /// <summary>Rows of an image, and channels of a row.</summary>
    public readonly int Rows, Channels;

    /// <summary>Blocks of rows of an image that are summed apart, and rows of a block; the last may have fewer.</summary>
    public readonly int Blocks, BlockRows;

    /// <summary>Where the second sums begin, and where the counts of rows.</summary>
    public readonly int Second, Counts;

    /// <summary>What the sums are multiplied by.</summary>
    public readonly float Factor;

    /// <summary>Collects the extents.</summary>
    internal ReductionGeometry(int images, int rows, int channels, int blockRows, float factor)
    {
        (Rows, Channels, BlockRows, Factor) = (rows, channels, blockRows, factor);
        Blocks = (rows + blockRows - 1) / blockRows;
        Second = images * Blocks * channels;
        Counts = 2 * Second;
    }
}
