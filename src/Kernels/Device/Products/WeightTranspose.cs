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
