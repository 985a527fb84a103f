namespace GpuNet.Kernels;

/// <summary>
/// A depthwise convolution by tiles of a row, over memory that the caller names: what the operator's launcher is made of, and that of
/// an operator which a depthwise convolution is a part of.
/// </summary>
internal sealed class DepthwiseTile
{
    private readonly RowTileShape[] forward;
    private readonly Kernel<View, View, View, View, View, View, RowTileGeometry, EpilogueGeometry>[] forwardKernels;
    private readonly EpilogueGeometry epilogue;

    /// <summary>Chooses tiles and loads kernels.</summary>
    /// <param name="device">Where to run.</param>
    /// <param name="op">The convolution; see <see cref="Fits"/>.</param>
    /// <param name="inputNorm">The activation behind a norm that is applied to the input as it is read; null where there is none.</param>
    public DepthwiseTile(Device device, DepthwiseConv op, ActivationKind? inputNorm = null)
    {
        epilogue = new EpilogueGeometry(op);
        forward = RowTileShape.Forward(device, op, HasVectors(op));
        forwardKernels = [.. forward.Select(s => RowTileBinding.Forward(device, op, inputNorm, s))];
    }

    /// <summary>Whether the window is one whose taps are written out, and the images fit the grid.</summary>
    public static bool Fits(DepthwiseConv op)
    {
        Window w = op.Window;
        return w is { KernelH: 3 or 5, StrideH: 1 or 2, DilationH: 1, DilationW: 1 } && w.KernelW == w.KernelH && w.StrideW == w.StrideH
            && op.Result.N <= ushort.MaxValue && op.Result.H <= ushort.MaxValue && op.Input.H <= ushort.MaxValue;
    }

    /// <summary>Computes the output.</summary>
    /// <param name="x">Input.</param>
    /// <param name="weight">Filter.</param>
    /// <param name="bias">Bias; anything where there is none.</param>
    /// <param name="residual">Residual; anything where there is none.</param>
    /// <param name="y">Output.</param>
    /// <param name="factors">Scales and shifts of the input's norm; anything where there is none.</param>
    public void Forward(View x, View weight, View bias, View residual, View y, View factors)
    {
        for (int i = 0; i < forward.Length; i++)
            forwardKernels[i].Run(forward[i].Groups, x, weight, bias, residual, y, factors, forward[i].Geometry, epilogue);
    }

    // Rows of pixels, of the output too, then start on vectors.
    private static bool HasVectors(DepthwiseConv op) => op.Input.C % 4 == 0 && op.Output.C % 4 == 0 && (op.Epilogue.Slice?.First ?? 0) % 4 == 0;
}
