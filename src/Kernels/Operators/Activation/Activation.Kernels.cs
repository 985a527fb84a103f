using ILGPU;

namespace GpuNet.Kernels;

internal static class ActivationKernels
{
    // A thread owns y[i]. Nothing is shared; loads and stores are contiguous.
    public static void Forward<TActivation>(View x, View y, int count)
        where TActivation : unmanaged, IActivation
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i < count)
            y[i] = TActivation.Forward(x[i]);
    }

    // A thread owns dx[i]. Nothing is shared; loads and stores are contiguous.
    public static void Backward<TActivation>(View x, View dy, View dx, int count, int add)
        where TActivation : unmanaged, IActivation
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= count)
            return;
        float value = dy[i] * TActivation.Gradient(x[i]);
        dx[i] = add != 0 ? dx[i] + value : value;
    }
}
