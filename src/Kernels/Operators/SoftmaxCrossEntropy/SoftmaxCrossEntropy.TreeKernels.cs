using ILGPU;
using ILGPU.Algorithms;

namespace GpuNet.Kernels;

internal static class SoftmaxTreeKernels
{
    // A group owns a position, a thread every so manieth class. The threads' maxima, then their sums, meet in shared memory, halved again
    // and again. Neighbouring threads read neighbouring logits.
    [HotKernel]
    public static void Forward<TGroup>(
        View x, View labels, View second, View shares, View maximum, View logSum, View losses, View weights, CrossEntropyGeometry g,
        int saves)
        where TGroup : unmanaged, IReductionGroup
    {
        ArrayView<float> sums = SharedMemory.Allocate<float>(TGroup.Size);
        ArrayView<float> distances = SharedMemory.Allocate<float>(TGroup.Size);
        int thread = Group.IdxX;
        int row = Grid.IdxX * g.Classes;
        float max = x[row];
        for (int k = thread; k < g.Classes; k += TGroup.Size)
            max = MathF.Max(max, x[row + k]);
        sums[thread] = max;
        for (int half = TGroup.Size >> 1; half > 0; half >>= 1)
        {
            Group.Barrier();
            if (thread < half)
                sums[thread] = MathF.Max(sums[thread], sums[thread + half]);
        }
        Group.Barrier();
        max = sums[0];
        float sum = 0f, distance = 0f;
        for (int k = thread; k < g.Classes; k += TGroup.Size)
        {
            float below = x[row + k] - max;
            sum += XMath.Exp(below);
            distance += below;
        }
        // All have read the maximum before its place is used again.
        Group.Barrier();
        sums[thread] = sum;
        distances[thread] = distance;
        for (int half = TGroup.Size >> 1; half > 0; half >>= 1)
        {
            Group.Barrier();
            if (thread < half)
            {
                sums[thread] += sums[thread + half];
                distances[thread] += distances[thread + half];
            }
        }
        if (thread == 0)
        {
            CrossEntropyPosition.Write(
                x, labels, second, shares, maximum, logSum, losses, weights, Grid.IdxX, max, sums[0], distances[0], g, saves);
        }
    }

    // A thread owns dx[i,k]; positions and blocks of classes are the grid's axes. Nothing is shared; loads are contiguous in k.
    [HotKernel]
    public static void Backward(
        View x, View labels, View second, View shares, View maximum, View logSum, View divisor, View dy, View dx, CrossEntropyGeometry g,
        int add)
    {
        int k = (Grid.IdxY * Group.DimX) + Group.IdxX;
        if (k >= g.Classes)
            return;
        int i = Grid.IdxX;
        int at = (i * g.Classes) + k;
        float value = CrossEntropyPosition.Gradient(x[at], k, i, labels, second, shares, maximum, logSum, divisor, dy, g);
        dx[at] = add != 0 ? dx[at] + value : value;
    }
}
