namespace GpuNet.Kernels;

/// <summary>
/// A depthwise convolution forward by tiles of a row, between batch norms: it reads its input through the one before and leaves the
/// moments that the one behind needs.
/// </summary>
internal sealed class DepthwiseMoments
{
    private readonly RowTileShape shape;
    private readonly Kernel<View, View, View, View, View, RowTileGeometry> kernel;

    /// <summary>Chooses tiles and loads the kernel.</summary>
    /// <param name="device">Where to run: not a processor, whose threads are alone in their group.</param>
    /// <param name="op">The convolution, without bias and epilogue; see <see cref="DepthwiseTile.Fits"/>.</param>
    /// <param name="norm">The activation of a norm that x is read through; null to read it as it is.</param>
    public DepthwiseMoments(Device device, DepthwiseConv op, ActivationKind? norm)
    {
        shape = RowTileShape.Summing(device, op, RowTileRange.Forward(op.Result))[0];
        kernel = new(device, RowTileBinding.Close(
            RowTileKernels.ForwardMoments<Float4, Window3, Input<Vectors, Vectors, NoPrologue>>, op.Window, shape, norm), shape.GroupSize);
        Moments = new Moments(shape.Groups.Y * shape.Groups.Z, op.Input.C);
    }

    /// <summary>What <see cref="Run"/> leaves of the result.</summary>
    public Moments Moments { get; }

    /// <summary>Computes the result and its moments.</summary>
    /// <param name="x">Input.</param>
    /// <param name="factors">The norm's scales and shifts; anything where there is none.</param>
    /// <param name="weight">Filter.</param>
    /// <param name="y">Result.</param>
    /// <param name="moments">Receives the moments: their elements, rounded up to whole vectors.</param>
    public void Run(View x, View factors, View weight, View y, View moments) =>
        kernel.Run(shape.Groups, x, factors, weight, y, moments, shape.Geometry);
}
