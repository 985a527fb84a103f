using ILGPU;
using ILGPU.Algorithms;

namespace GpuNet.Kernels;

/// <summary>
/// What becomes of the sums of blocks of rows. In every kernel a group owns some channels, channels being the grid's first axis; a thread
/// takes every so manieth block of four channels in order. The threads' sums are added up in shared memory, halved again and again: a
/// fixed order. Few channels lie side by side, so that many groups share thousands of blocks.
/// </summary>
internal static class CombineKernels
{
    // A group owns channels of an image; images are the grid's second axis.
    [HotKernel(VectorLoads = true)]
    public static void Images<TGroup, TAccess>(View sums, View target, CombineGeometry g, int add)
        where TGroup : unmanaged, IReductionGroup
        where TAccess : unmanaged, IVectorAccess
    {
        ArrayView<Float4> shared = SharedMemory.Allocate<Float4>(TGroup.Size);
        int c = Channel<TGroup>();
        int count = g.Channels - c;
        shared[Group.IdxX] = Sum<TGroup, TAccess>(sums, Grid.IdxY * g.Blocks, c, g);
        AddUp<TGroup>(shared);
        if (Group.IdxX >= TGroup.CombineLanes)
            return;
        int to = (Grid.IdxY * g.Channels) + c;
        Float4 value = g.Factor * shared[Group.IdxX];
        if (add != 0)
            value = TAccess.Load(target, to, count) + value;
        TAccess.Store(target, to, value, count);
    }

    // A group owns the totals of both sums and adds them to the gradients of a norm's parameters.
    [HotKernel(VectorLoads = true)]
    public static void Sums<TGroup, TAccess>(
        View sums, View totals, View dweight, View dbias, CombineGeometry g, int hasWeight, int hasBias)
        where TGroup : unmanaged, IReductionGroup
        where TAccess : unmanaged, IVectorAccess
    {
        ArrayView<Float4> first = SharedMemory.Allocate<Float4>(TGroup.Size);
        ArrayView<Float4> second = SharedMemory.Allocate<Float4>(TGroup.Size);
        int c = Channel<TGroup>();
        int count = g.Channels - c;
        first[Group.IdxX] = Sum<TGroup, TAccess>(sums, 0, c, g);
        second[Group.IdxX] = Sum<TGroup, TAccess>(sums, g.Blocks, c, g);
        AddUp<TGroup>(first);
        AddUp<TGroup>(second);
        if (Group.IdxX >= TGroup.CombineLanes)
            return;
        Float4 sum = first[Group.IdxX], products = second[Group.IdxX];
        TAccess.Store(totals, c, sum, count);
        TAccess.Store(totals, g.Channels + c, products, count);
        if (hasWeight != 0)
            TAccess.Store(dweight, c, TAccess.Load(dweight, c, count) + products, count);
        if (hasBias != 0)
            TAccess.Store(dbias, c, TAccess.Load(dbias, c, count) + sum, count);
    }

    // A group owns mean, deviation and factors. With block means m of n rows, d = m − r for the first block's mean r, and N = Σn:
    // μ = r + Σn·d/N and Σ(x − μ)² = Σ_blocks Σ(x − m)² + Σn·d² − (Σn·d)²/N (Chan et al. 1983).
    [HotKernel(VectorLoads = true)]
    public static void Moments<TGroup, TAccess>(
        View moments, View counts, View reference, View weight, View bias, View mean, View inverse, View runningMean, View runningVariance,
        View factors, CombineGeometry g, int hasReference)
        where TGroup : unmanaged, IReductionGroup
        where TAccess : unmanaged, IVectorAccess
    {
        ArrayView<Float4> sums = SharedMemory.Allocate<Float4>(TGroup.Size);
        ArrayView<Float4> between = SharedMemory.Allocate<Float4>(TGroup.Size);
        ArrayView<Float4> within = SharedMemory.Allocate<Float4>(TGroup.Size);
        int c = Channel<TGroup>();
        int count = g.Channels - c;
        Float4 r = TAccess.Load(moments, c, count);
        Float4 sum = Float4.Of(0f), squares = sum, inside = sum;
        int at = (Group.IdxX / TGroup.CombineLanes * g.Channels) + c;
        int step = TGroup.Size / TGroup.CombineLanes;
        for (int block = Group.IdxX / TGroup.CombineLanes; block < g.Blocks; block += step)
        {
            Float4 d = TAccess.Load(moments, at, count) - r;
            Float4 weighted = counts[block] * d;
            sum += weighted;
            squares += weighted * d;
            inside += TAccess.Load(moments, (g.Blocks * g.Channels) + at, count);
            at += step * g.Channels;
        }
        sums[Group.IdxX] = sum;
        between[Group.IdxX] = squares;
        within[Group.IdxX] = inside;
        AddUp<TGroup>(sums);
        AddUp<TGroup>(between);
        AddUp<TGroup>(within);
        if (Group.IdxX >= TGroup.CombineLanes)
            return;
        Float4 shift = (1f / g.Rows) * sums[Group.IdxX];
        squares = Float4.NotNegative(within[Group.IdxX] + (between[Group.IdxX] - (sums[Group.IdxX] * shift)));
        Float4 average = r + shift;
        if (hasReference != 0)
            average = TAccess.Load(reference, c, count) + average;
        Float4 variance = (1f / g.Rows) * squares;
        var deviation = new Float4(
            1f / XMath.Sqrt(variance.X + g.Epsilon), 1f / XMath.Sqrt(variance.Y + g.Epsilon),
            1f / XMath.Sqrt(variance.Z + g.Epsilon), 1f / XMath.Sqrt(variance.W + g.Epsilon));
        Float4 scale = TAccess.Load(weight, c, count) * deviation;
        TAccess.Store(mean, c, average, count);
        TAccess.Store(inverse, c, deviation, count);
        TAccess.Store(factors, c, scale, count);
        TAccess.Store(factors, g.Channels + c, TAccess.Load(bias, c, count) - (average * scale), count);
        TAccess.Store(runningMean, c, ((1f - g.Momentum) * TAccess.Load(runningMean, c, count)) + (g.Momentum * average), count);
        TAccess.Store(runningVariance, c,
            ((1f - g.Momentum) * TAccess.Load(runningVariance, c, count)) + ((g.Momentum / (g.Rows - 1)) * squares), count);
    }

    private static int Channel<TGroup>()
        where TGroup : unmanaged, IReductionGroup =>
        ((Grid.IdxX * TGroup.CombineLanes) + (Group.IdxX & (TGroup.CombineLanes - 1))) * 4;

    private static Float4 Sum<TGroup, TAccess>(View sums, int firstBlock, int c, CombineGeometry g)
        where TGroup : unmanaged, IReductionGroup
        where TAccess : unmanaged, IVectorAccess
    {
        Float4 sum = Float4.Of(0f);
        int at = ((firstBlock + (Group.IdxX / TGroup.CombineLanes)) * g.Channels) + c;
        int step = TGroup.Size / TGroup.CombineLanes;
        for (int block = Group.IdxX / TGroup.CombineLanes; block < g.Blocks; block += step)
        {
            sum += TAccess.Load(sums, at, g.Channels - c);
            at += step * g.Channels;
        }
        return sum;
    }

    private static void AddUp<TGroup>(ArrayView<Float4> shared)
        where TGroup : unmanaged, IReductionGroup
    {
        for (int half = TGroup.Size >> 1; half >= TGroup.CombineLanes; half >>= 1)
        {
            Group.Barrier();
            if (Group.IdxX < half)
                shared[Group.IdxX] = shared[Group.IdxX] + shared[Group.IdxX + half];
        }
    }
}

/// <summary>What the kernels that combine the sums of blocks need to know, by value.</summary>
internal readonly struct CombineGeometry
{
    /// <summary>Blocks, of an image where there are several, and channels.</summary>
    public readonly int Blocks, Channels;

    /// <summary>Rows of all blocks together.</summary>
    public readonly int Rows;

    /// <summary>What the sums are multiplied by.</summary>
    public readonly float Factor;

    /// <summary>What a norm adds to the variance, and the share of a batch in its running statistics.</summary>
    public readonly float Epsilon, Momentum;

    /// <summary>Collects the extents.</summary>
    internal CombineGeometry(int blocks, int channels, int rows = 1, float factor = 1f, float epsilon = 0f, float momentum = 0f)
    {
        (Blocks, Channels, Rows, Factor) = (blocks, channels, rows, factor);
        (Epsilon, Momentum) = (epsilon, momentum);
    }
}
