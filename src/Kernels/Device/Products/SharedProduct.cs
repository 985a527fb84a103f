using CombineTileKernel = GpuNet.Kernel<
    ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>,
    GpuNet.Kernels.ProductGeometry, GpuNet.Kernels.EpilogueGeometry, int>;
using SharedTileKernel = GpuNet.Kernel<
    ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>,
    ILGPU.ArrayView<float>, GpuNet.Kernels.ProductGeometry, GpuNet.Kernels.EpilogueGeometry, GpuNet.Kernels.ProductParts>;

namespace GpuNet.Kernels;

/// <summary>A product by the kernels of <see cref="SharedTileKernels"/>.</summary>
internal sealed class SharedProduct : Product
{
    // Parts beyond this cost more to add up than idle multiprocessors do.
    private const int MostParts = 16;

    private readonly List<Part> parts = [];
    private readonly int vectors;

    /// <summary>Chooses tiles and loads kernels.</summary>
    /// <param name="device">Where to run.</param>
    /// <param name="geometries">The products that make up the result.</param>
    /// <param name="groups">Groups of channels.</param>
    /// <param name="extents">Extents of what follows.</param>
    /// <param name="epilogue">What follows.</param>
    /// <param name="storage">How source and result lie in memory.</param>
    /// <param name="prologue">What becomes of the source as it is read; null for nothing.</param>
    /// <param name="splits">
    /// Whether the depth is split among groups of threads, for products too thin to occupy a device otherwise.
    /// </param>
    public SharedProduct(
        Device device, IEnumerable<ProductGeometry> geometries, int groups, EpilogueGeometry extents, Epilogue epilogue, Storage storage,
        Type? prologue, bool splits)
    {
        vectors = (extents.Channels + 3) / 4;
        foreach (ProductGeometry g in geometries)
        {
            bool isVector = ((g.Columns | g.Depth | g.SourcePitch | g.WeightPitch) & 3) == 0 && extents.IsVector;
            var tile = SharedTile.ForResult(device, g, groups);
            int wanted = splits && groups == 1 ? Math.Clamp(2 * device.Info.Multiprocessors / tile.Count(g, groups), 2, MostParts) : 1;
            var shares = new ProductParts(g, tile.Depth, wanted);
            Type rows = Rows(g, Inputs.Policy(isVector, storage.Input, prologue));
            Type end = Epilogues.Policy(epilogue, Access.Policy(isVector, storage.Output));
            // Parts of sums are floats, and what adds them up ends them.
            Type partEnd = Policies.Of(typeof(SumEpilogue<>), Access.Policy(isVector));
            parts.Add(new Part(
                Load(device, tile, rows, shares.Count > 1 ? partEnd : end),
                shares.Count == 1 ? null : new(device, Policies.Close(
                    SharedTileKernels.Combine<MatrixRows<Input<Vectors, Vectors, NoPrologue>>, SumEpilogue<Vectors>>, rows, end)),
                g, new GroupCount(tile.RowTiles(g.Rows), tile.ColumnTiles(g.Columns), shares.Count > 1 ? shares.Count : groups), shares));
        }
        WorkspaceElements = parts.Max(p => p.Combine is null ? 0 : (long)p.Shares.Count * p.Geometry.Rows * extents.Channels);
    }

    /// <summary>Memory for the parts of split sums.</summary>
    public override long WorkspaceElements { get; }

    /// <summary>Whether a device has more multiprocessors than the product has tiles, and the product depth enough to share out.</summary>
    public static bool IsThin(Device device, ProductGeometry g, int groups)
    {
        var tile = SharedTile.ForResult(device, g, groups);
        return groups == 1 && tile.Count(g, groups) < device.Info.Multiprocessors && g.Length >= 8 * tile.Depth;
    }

    public override void Run(
        View x, View factors, View weight, View bias, View residual, View y, EpilogueGeometry epilogue, View workspace)
    {
        foreach (Part p in parts)
        {
            p.Kernel.Run(p.Groups, x, factors, weight, bias, residual, p.Combine is null ? y : workspace, p.Geometry, epilogue, p.Shares);
            p.Combine?.Run(p.Geometry.Rows * vectors, workspace, bias, residual, y, p.Geometry, epilogue, p.Shares.Count);
        }
    }

    /// <summary>Loads the kernel of a tile.</summary>
    /// <param name="device">Where to run.</param>
    /// <param name="tile">The tile.</param>
    /// <param name="rows">The left matrix: an <see cref="IProductRows"/>.</param>
    /// <param name="epilogue">What follows the sums: an <see cref="IEpilogue"/>.</param>
    internal static SharedTileKernel Load(Device device, SharedTile tile, Type rows, Type epilogue) => new(device,
        Policies.Close(
            SharedTileKernels.Product<Tile64x32, MatrixRows<Input<Vectors, Vectors, NoPrologue>>, SumEpilogue<Vectors>>,
            tile.Policy, rows, epilogue),
        tile.Threads);

    private static Type Rows(ProductGeometry g, Type input) => Policies.Of(g.IsDense ? typeof(MatrixRows<>) : typeof(WindowRows<>), input);

    private sealed record Part(
        SharedTileKernel Kernel, CombineTileKernel? Combine, ProductGeometry Geometry, GroupCount Groups, ProductParts Shares);
}
