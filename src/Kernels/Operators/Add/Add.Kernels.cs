using ILGPU;

namespace GpuNet.Kernels;

internal static class AddKernels
{
    // A thread owns y[i]. Nothing is shared; loads and stores are contiguous.
    public static void Forward(View a, View b, View y, int count)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i < count)
            y[i] = a[i] + b[i];
    }

    // A thread owns dx[i] of one input. Nothing is shared; loads and stores are contiguous.
    public static void Backward(View dy, View dx, int count, int add)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i < count)
            dx[i] = add != 0 ? dx[i] + dy[i] : dy[i];
    }
}
