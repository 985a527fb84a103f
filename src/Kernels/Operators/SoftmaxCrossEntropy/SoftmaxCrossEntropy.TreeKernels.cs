using ILGPU;
using ILGPU.Algorithms;

namespace GpuNet.Kernels;

internal static class SoftmaxTreeKernels
{
    // A group owns an image, a thread every so manieth class. The threads' maxima, then their sums, meet in shared memory, halved again
    // and again. Neighbouring threads read neighbouring logits.
    [HotKernel]
    public static void Forward<TGroup>(
        View x, View labels, View maximum, View logSum, View losses, int classes, float smoothing, int saves)
        where TGroup : unmanaged, IReductionGroup
    {
        ArrayView<float> first = SharedMemory.Allocate<float>(TGroup.Size);
        ArrayView<float> second = SharedMemory.Allocate<float>(TGroup.Size);
        int thread = Group.IdxX;
        int row = Grid.IdxX * classes;
        float max = x[row];
        for (int k = thread; k < classes; k += TGroup.Size)
            max = MathF.Max(max, x[row + k]);
        first[thread] = max;
        for (int half = TGroup.Size >> 1; half > 0; half >>= 1)
        {
            Group.Barrier();
            if (thread < half)
                first[thread] = MathF.Max(first[thread], first[thread + half]);
        }
        Group.Barrier();
        max = first[0];
        float sum = 0f, distance = 0f;
        for (int k = thread; k < classes; k += TGroup.Size)
        {
            float below = x[row + k] - max;
            sum += XMath.Exp(below);
            distance += below;
        }
        // All have read the maximum before its place is used again.
        Group.Barrier();
        first[thread] = sum;
        second[thread] = distance;
        for (int half = TGroup.Size >> 1; half > 0; half >>= 1)
        {
            Group.Barrier();
            if (thread < half)
            {
                first[thread] += first[thread + half];
                second[thread] += second[thread + half];
            }
        }
        if (thread > 0)
            return;
        float log = XMath.Log(first[0]);
        if (saves != 0)
        {
            maximum[Grid.IdxX] = max;
            logSum[Grid.IdxX] = log;
        }
        // A label that is no class number must not become an address; NaN makes it seen.
        float label = labels[Grid.IdxX];
        float loss = float.NaN;
        if (label >= 0f && label < classes)
            loss = log - ((1f - smoothing) * (x[row + (int)label] - max)) - (smoothing * (second[0] / classes));
        losses[Grid.IdxX] = loss;
    }

    // The only group owns the mean, a thread adds every so manieth image; the sums meet in shared memory, halved again and again.
    public static void Mean<TGroup>(View losses, View y, int images)
        where TGroup : unmanaged, IReductionGroup
    {
        ArrayView<float> sums = SharedMemory.Allocate<float>(TGroup.Size);
        int thread = Group.IdxX;
        float sum = 0f;
        for (int n = thread; n < images; n += TGroup.Size)
            sum += losses[n];
        sums[thread] = sum;
        for (int half = TGroup.Size >> 1; half > 0; half >>= 1)
        {
            Group.Barrier();
            if (thread < half)
                sums[thread] += sums[thread + half];
        }
        if (thread == 0)
            y[0] = sums[0] / images;
    }

    // A thread owns dx[n,k]; images and blocks of classes are the grid's axes. Nothing is shared; loads are contiguous in k.
    [HotKernel]
    public static void Backward(
        View x, View labels, View maximum, View logSum, View dy, View dx, int images, int classes, float smoothing, int add)
    {
        int k = (Grid.IdxY * Group.DimX) + Group.IdxX;
        if (k >= classes)
            return;
        int n = Grid.IdxX;
        int i = (n * classes) + k;
        float difference = XMath.Exp(x[i] - maximum[n] - logSum[n]) - (smoothing / classes);
        if (labels[n] == k)
            difference -= 1f - smoothing;
        float start = add != 0 ? dx[i] : 0f;
        dx[i] = start + (difference * dy[0] / images);
    }
}
