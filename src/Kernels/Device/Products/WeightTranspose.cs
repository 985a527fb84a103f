using ILGPU;

namespace GpuNet.Kernels;

/// <summary>Makes the weights that the gradient of a convolution's input is a product with.</summary>
internal sealed class WeightTranspose
{
    // A line of memory on a processor, in floats: a block of as many rows and columns is read and written by whole lines.
    private const int Line = 16;

    private readonly Kernel<View, View, WindowGeometry, int, int, int> transpose;
    private readonly WindowGeometry geometry;
    private readonly GroupCount grid;
    private readonly int groups, blockC;

    public WeightTranspose(Device device, Convolution op)
    {
        geometry = new WindowGeometry(op.Input, op.Window, op.Result, op.Groups);
        groups = op.Groups;
        blockC = device.Info.IsProcessor ? Line : 1;
        int blocks = (geometry.GroupC + blockC - 1) / blockC, size = ColumnRange.GroupSize(device, blocks);
        transpose = new(device, WeightTransposeKernels.Transpose, size);
        grid = new GroupCount((blocks + size - 1) / size, (geometry.GroupK + Line - 1) / Line, op.Window.Taps * groups);
        Elements = checked((int)op.Parameters[0].Shape.Elements);
    }

    /// <summary>Weights there are.</summary>
    public int Elements { get; }

    public void Run(View weight, View transposed) => transpose.Run(grid, weight, transposed, geometry, groups, blockC, Line);
}

/// <summary>Weights in the order in which the gradient of an input reads them.</summary>
internal static class WeightTransposeKernels
{
    // A thread owns a block of input and output channels of a tap and a group: of the result, in which taps run from the last to the
    // first, output channels of a group follow, and all input channels are a row. Nothing is shared. Neighbouring threads are neighbouring
    // blocks of input channels, so that blocks of one channel store contiguously; each reads whole lines of memory either way.
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
