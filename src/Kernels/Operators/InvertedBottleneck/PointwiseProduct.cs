namespace GpuNet.Kernels;

/// <summary>
/// A pointwise convolution between batch norms, through shared memory: it reads its input through a prologue and leaves the moments of
/// its result.
/// </summary>
internal sealed class PointwiseProduct
{
    private readonly Kernel<View, View, View, View, View, View, ProductGeometry, EpilogueGeometry, ProductParts> kernel;
    private readonly ProductGeometry geometry;
    private readonly EpilogueGeometry epilogue;
    private readonly ProductParts parts;
    private readonly GroupCount groups;

    /// <summary>Chooses a tile and loads the kernel.</summary>
    /// <param name="device">Where to run; see <see cref="SharedTile.RunsOn"/>.</param>
    /// <param name="op">The convolution, without bias and epilogue.</param>
    /// <param name="norm">The activation of a norm that the input is read through; null to read it as it is.</param>
    public PointwiseProduct(Device device, PointwiseConv op, ActivationKind? norm)
    {
        geometry = ProductGeometry.Forward(op.AsConvolution, joins: false);
        epilogue = new EpilogueGeometry(op);
        var tile = SharedTile.ForResult(device, geometry, groups: 1);
        parts = new ProductParts(geometry, tile.Depth, most: 1);
        int rowTiles = tile.RowTiles(geometry.Rows);
        groups = new GroupCount(rowTiles, tile.ColumnTiles(geometry.Columns));
        Moments = new Moments(rowTiles, geometry.Columns);
        bool isVector = ((geometry.Columns | geometry.Depth) & 3) == 0;
        Type? prologue = norm is { } activation ? Policies.Of(typeof(NormPrologue<>), activation.Policy()) : null;
        kernel = SharedProduct.Load(device, tile, Policies.Of(typeof(MatrixRows<>), Inputs.Policy(isVector, prologue: prologue)),
            Policies.Of(typeof(MomentsEpilogue<>), Access.Policy(isVector)));
    }

    /// <summary>What <see cref="Run"/> leaves of the result.</summary>
    public Moments Moments { get; }

    /// <summary>Computes the result and its moments.</summary>
    /// <param name="x">Input.</param>
    /// <param name="factors">What the prologue takes; anything where there is none.</param>
    /// <param name="weight">Weights.</param>
    /// <param name="y">Result.</param>
    /// <param name="moments">Receives the moments: their elements, rounded up to whole vectors.</param>
    public void Run(View x, View factors, View weight, View y, View moments) =>
        kernel.Run(groups, x, factors, weight, weight, moments, y, geometry, epilogue, parts);
}
