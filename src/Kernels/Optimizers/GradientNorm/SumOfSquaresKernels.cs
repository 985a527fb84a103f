using ILGPU;

namespace GpuNet.Kernels;

internal static class SumOfSquaresKernels
{
    /// <summary>Elements that a group sums: 16 vectors for each of 256 threads.</summary>
    public const int Block = 16384;

    // Vectors that a thread adds up before it adds their sum to the others', which keeps rounding errors small where it has many.
    private const int Run = 32;

    // A group owns a block of elements, a thread every so manieth vector of it; neighbouring threads read neighbouring vectors. The
    // threads' sums meet in shared memory, halved again and again.
    [HotKernel(VectorLoads = true)]
    public static void Blocks<TGroup, TAccess>(View x, View partials, int elements, int first)
        where TGroup : unmanaged, IReductionGroup
        where TAccess : unmanaged, IVectorAccess
    {
        ArrayView<float> sums = SharedMemory.Allocate<float>(TGroup.Size);
        int thread = Group.IdxX, step = 4 * TGroup.Size;
        int left = elements - (Grid.IdxX * Block);
        int end = (Grid.IdxX * Block) + (Block < left ? Block : left);
        Float4 sum = Float4.Of(0f);
        for (int start = (Grid.IdxX * Block) + (4 * thread); start < end; start += Run * step)
        {
            int stop = start + (Run * step) < end ? start + (Run * step) : end;
            Float4 some = Float4.Of(0f);
            for (int at = start; at < stop; at += step)
            {
                Float4 value = TAccess.Load(x, at, elements - at);
                some += value * value;
            }
            sum += some;
        }
        sums[thread] = sum.Sum;
        for (int half = TGroup.Size >> 1; half > 0; half >>= 1)
        {
            Group.Barrier();
            if (thread < half)
                sums[thread] += sums[thread + half];
        }
        if (thread == 0)
            partials[first + Grid.IdxX] = sums[0];
    }
}
