namespace GpuNet.Kernels;

/// <summary>A depthwise convolution forward by tiles of a row.</summary>
internal sealed class DepthwiseTile
{
    private readonly EpilogueGeometry epilogue;
    private readonly RowTileShape[] shapes;
    private readonly Kernel<View, View, View, View, View, RowTileGeometry, EpilogueGeometry>[] kernels;

    /// <summary>Chooses tiles and loads kernels.</summary>
    /// <param name="device">Where to run.</param>
    /// <param name="op">The convolution; see <see cref="Fits"/>.</param>
    public DepthwiseTile(Device device, DepthwiseConv op)
    {
        epilogue = new EpilogueGeometry(op);
        shapes = RowTileShape.Forward(device, op);
        kernels =
        [
            .. shapes.Select(s => new Kernel<View, View, View, View, View, RowTileGeometry, EpilogueGeometry>(
                device, RowTileBinding.Forward(op, s), s.GroupSize)),
        ];
    }

    /// <summary>Whether the window is one whose taps are written out, and the images fit the grid.</summary>
    public static bool Fits(DepthwiseConv op)
    {
        Window w = op.Window;
        return w is { KernelH: 3 or 5, StrideH: 1 or 2, DilationH: 1, DilationW: 1 } && w.KernelW == w.KernelH && w.StrideW == w.StrideH
            && op.Input.N <= ushort.MaxValue && op.Result.H <= ushort.MaxValue && op.Input.H + w.Top <= ushort.MaxValue;
    }

    /// <summary>Computes the output.</summary>
    /// <param name="x">Input.</param>
    /// <param name="weight">Filter.</param>
    /// <param name="bias">Bias; anything where there is none.</param>
    /// <param name="residual">Residual; anything where there is none.</param>
    /// <param name="y">Output.</param>
    public void Forward(View x, View weight, View bias, View residual, View y)
    {
        for (int i = 0; i < shapes.Length; i++)
            kernels[i].Run(shapes[i].Groups, x, weight, bias, residual, y, shapes[i].Geometry, epilogue);
    }
}
