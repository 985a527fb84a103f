using ILGPU;

namespace GpuNet.Kernels;

/// <summary>Weights in the order in which the gradient of an input reads them.</summary>
internal static class WeightTransposeKernels
{
    // A thread owns a block of input and output channels of a tap and a group: of the result, in which taps run from the last to the first,
    // output channels of a group follow, and all input channels are a row. Nothing is shared. Neighbouring threads are neighbouring blocks
    // of input channels, so that blocks of one channel store contiguously; each reads whole lines of memory either way.
    public static void Transpose(View weight, View transposed, WindowGeometry g, int groups, int blockC, int blockK)
    {
        int c = ((Grid.IdxX * Group.DimX) + Group.IdxX) * blockC;
        int k = Grid.IdxY * blockK;
        int tap = Grid.IdxZ / groups;
        int group = Grid.IdxZ - (tap * groups);
        int endC = c + blockC < g.GroupC ? c + blockC : g.GroupC;
        int endK = k + blockK < g.GroupK ? k + blockK : g.GroupK;
        int from = (((g.KernelH * g.KernelW) - 1 - tap) * g.GroupC * g.K) + (group * g.GroupK);
        int to = (tap * g.GroupK * g.C) + (group * g.GroupC);
        for (; k < endK; k++)
        {
            for (int i = c; i < endC; i++)
                transposed[to + (k * g.C) + i] = weight[from + (i * g.K) + k];
        }
    }
}
