using ILGPU;

namespace GpuNet.Kernels;

internal static class MeanKernels
{
    // A group owns a block of numbers; a thread adds every so manieth, runs of 32 first, to keep rounding errors small. The threads' sums
    // meet in shared memory, halved again and again. Neighbouring threads read neighbouring numbers. The sums of values come first, then
    // those of weights.
    [HotKernel]
    public static void Blocks<TGroup, TTerm>(View x, View target, View weights, View sums, int count, int block, float delta)
        where TGroup : unmanaged, IReductionGroup
        where TTerm : unmanaged, IMeanTerm
    {
        ArrayView<float> first = SharedMemory.Allocate<float>(TGroup.Size);
        ArrayView<float> second = SharedMemory.Allocate<float>(TGroup.Size);
        int thread = Group.IdxX;
        int begin = Grid.IdxX * block;
        int last = block < count - begin ? begin + block : count;
        float value = 0f, weight = 0f;
        for (int start = begin + thread; start < last; start += 32 * TGroup.Size)
        {
            int end = 32 * TGroup.Size < last - start ? start + (32 * TGroup.Size) : last;
            float runValue = 0f, runWeight = 0f;
            for (int i = start; i < end; i += TGroup.Size)
            {
                float w = TTerm.Weight(weights, i);
                runWeight += w;
                runValue += TTerm.Value(x, target, i, w, delta);
            }
            value += runValue;
            weight += runWeight;
        }
        first[thread] = value;
        second[thread] = weight;
        Halve<TGroup>(first, second, thread);
        if (thread > 0)
            return;
        sums[Grid.IdxX] = first[0];
        sums[Grid.DimX + Grid.IdxX] = second[0];
    }

    // The only group owns the mean; a thread adds every so manieth block, and the threads' sums meet as above.
    public static void Mean<TGroup>(View sums, View mean, View divisor, int blocks, float least)
        where TGroup : unmanaged, IReductionGroup
    {
        ArrayView<float> first = SharedMemory.Allocate<float>(TGroup.Size);
        ArrayView<float> second = SharedMemory.Allocate<float>(TGroup.Size);
        int thread = Group.IdxX;
        float value = 0f, weight = 0f;
        for (int start = thread; start < blocks; start += 32 * TGroup.Size)
        {
            int end = start + (32 * TGroup.Size) < blocks ? start + (32 * TGroup.Size) : blocks;
            float runValue = 0f, runWeight = 0f;
            for (int i = start; i < end; i += TGroup.Size)
            {
                runValue += sums[i];
                runWeight += sums[blocks + i];
            }
            value += runValue;
            weight += runWeight;
        }
        first[thread] = value;
        second[thread] = weight;
        Halve<TGroup>(first, second, thread);
        if (thread > 0)
            return;
        // Not by a maximum, which would drop what is not a number.
        float by = second[0] < least ? least : second[0];
        mean[0] = first[0] / by;
        divisor[0] = by;
    }

    private static void Halve<TGroup>(ArrayView<float> first, ArrayView<float> second, int thread)
        where TGroup : unmanaged, IReductionGroup
    {
        for (int half = TGroup.Size >> 1; half > 0; half >>= 1)
        {
            Group.Barrier();
            if (thread < half)
            {
                first[thread] += first[thread + half];
                second[thread] += second[thread + half];
            }
        }
    }
}
