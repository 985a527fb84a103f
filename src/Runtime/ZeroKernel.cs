using ILGPU;

namespace GpuNet;

internal static class ZeroKernel
{
    // A thread owns target[i]. Nothing is shared; stores are contiguous.
    public static void Fill(ArrayView<float> target, int count)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i < count)
            target[i] = 0f;
    }
}
