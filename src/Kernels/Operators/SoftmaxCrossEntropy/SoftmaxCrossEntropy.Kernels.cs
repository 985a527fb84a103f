using ILGPU;
using ILGPU.Algorithms;

namespace GpuNet.Kernels;

internal static class SoftmaxCrossEntropyKernels
{
    // A thread owns image n: its loss, its maximum and its log-sum, and walks the classes twice. Nothing is shared. Each thread
    // reads a row of its own; rows are short, so they stay in cache.
    public static void Forward(
        View x, View labels, View maximum, View logSum, View losses, int images, int classes, float smoothing, int saves)
    {
        int n = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (n >= images)
            return;
        int row = n * classes;
        float max = x[row];
        for (int k = 1; k < classes; k++)
            max = MathF.Max(max, x[row + k]);
        float sum = 0f, distance = 0f;
        for (int k = 0; k < classes; k++)
        {
            float below = x[row + k] - max;
            sum += XMath.Exp(below);
            distance += below;
        }
        float log = XMath.Log(sum);
        if (saves != 0)
        {
            maximum[n] = max;
            logSum[n] = log;
        }
        // A label that is no class number must not become an address; NaN makes it seen.
        float label = labels[n];
        float loss = float.NaN;
        if (label >= 0f && label < classes)
            loss = log - ((1f - smoothing) * (x[row + (int)label] - max)) - (smoothing * (distance / classes));
        losses[n] = loss;
    }

    // The first thread owns the mean and sums the images in order. Nothing is shared; a batch is a few hundred numbers.
    public static void Mean(View losses, View y, int images)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i > 0)
            return;
        float sum = 0f;
        for (int n = 0; n < images; n++)
            sum += losses[n];
        y[0] = sum / images;
    }

    // A thread owns dx[n,k]. Nothing is shared. Neighbouring threads are neighbouring classes, so loads are contiguous.
    public static void Backward(
        View x, View labels, View maximum, View logSum, View dy, View dx, int images, int classes, float smoothing, int add)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= images * classes)
            return;
        int n = i / classes;
        float difference = XMath.Exp(x[i] - maximum[n] - logSum[n]) - (smoothing / classes);
        if (labels[n] == i - (n * classes))
            difference -= 1f - smoothing;
        float start = add != 0 ? dx[i] : 0f;
        dx[i] = start + (difference * dy[0] / images);
    }
}
