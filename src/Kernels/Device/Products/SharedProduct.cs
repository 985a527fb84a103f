global using CombineTileKernel = GpuNet.Kernel<
    ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>,
    GpuNet.Kernels.ProductGeometry, GpuNet.Kernels.EpilogueGeometry, int>;
global using SharedTileKernel = GpuNet.Kernel<
    ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>,
    GpuNet.Kernels.ProductGeometry, GpuNet.Kernels.EpilogueGeometry, GpuNet.Kernels.ProductParts>;

namespace GpuNet.Kernels;

/// <summary>A product by the kernels of <see cref="SharedTileKernels"/>.</summary>
internal sealed class SharedProduct : Product
{
    // Threads of the smallest tile, and the bytes of the largest.
    private const int LeastGroup = 64;
    private const int MostSharedBytes = 4 * ((2 * 16 * 132) + (2 * 16 * 64));

    // Parts beyond this cost more to add up than idle multiprocessors do.
    private const int MostParts = 16;

    private readonly List<Part> parts = [];
    private readonly int vectors;

    /// <summary>Chooses tiles and loads kernels.</summary>
    /// <param name="device">Where to run.</param>
    /// <param name="geometries">The products that make up the result.</param>
    /// <param name="groups">Groups of channels.</param>
    /// <param name="epilogue">Extents of what follows.</param>
    /// <param name="fusion">What the product does besides.</param>
    /// <param name="splits">Whether the depth is split among groups of threads, for products too thin to occupy a device otherwise.</param>
    public SharedProduct(
        Device device, IEnumerable<ProductGeometry> geometries, int groups, EpilogueGeometry epilogue, ProductFusion fusion, bool splits)
    {
        vectors = (epilogue.Channels + 3) / 4;
        foreach (ProductGeometry g in geometries)
        {
            bool isVector = ((g.Columns | g.Depth | g.SourcePitch | g.WeightPitch | epilogue.Channels | epilogue.Pitch | epilogue.First) & 3) == 0;
            Tile tile = Choose(device, g, groups);
            int wanted = splits && groups == 1 ? Math.Clamp(2 * device.Info.Multiprocessors / tile.Count(g, groups), 2, MostParts) : 1;
            var shares = new ProductParts(g, tile.Depth, wanted);
            parts.Add(new Part(
                fusion.Activation.Bind(new ProductBinder(device, tile, g.IsDense, isVector, fusion)),
                shares.Count > 1 ? fusion.Activation.Bind(new CombineBinder(device, g.IsDense, isVector, fusion)) : null,
                g, new GroupCount(Tiles(g.Rows, tile.Rows), Tiles(g.Columns, tile.Columns), shares.Count > 1 ? shares.Count : groups), shares));
        }
        WorkspaceElements = parts.Max(p => p.Combine is null ? 0 : (long)p.Shares.Count * p.Geometry.Rows * epilogue.Channels);
    }

    /// <summary>Memory for the parts of split sums.</summary>
    public override long WorkspaceElements { get; }

    /// <summary>Whether the device's groups are large enough.</summary>
    public static bool Fits(Device device) =>
        !device.IsHost && device.Info.MaxGroupSize >= LeastGroup && device.Info.SharedMemoryBytes >= MostSharedBytes;

    /// <summary>Whether a device has more multiprocessors than the product has tiles, and the product depth enough to share out.</summary>
    public static bool IsThin(Device device, ProductGeometry g, int groups)
    {
        Tile tile = Choose(device, g, groups);
        return groups == 1 && tile.Count(g, groups) < device.Info.Multiprocessors && g.Length >= 8 * tile.Depth;
    }

    public override void Run(View x, View factors, View weight, View bias, View extra, View y, EpilogueGeometry epilogue, View workspace)
    {
        foreach (Part p in parts)
        {
            p.Kernel.Run(p.Groups, x, factors, weight, bias, extra, p.Combine is null ? y : workspace, p.Geometry, epilogue, p.Shares);
            p.Combine?.Run(p.Geometry.Rows * vectors, workspace, bias, extra, y, p.Geometry, epilogue, p.Shares.Count);
        }
    }

    // The largest tile that leaves no multiprocessor without one; few columns and little depth would leave parts of it empty.
    internal static Tile Choose(Device device, ProductGeometry g, int groups)
    {
        int most = device.Info.MaxGroupSize;
        Tile large = g.Columns <= 32 ? new Tile(128, 32, 16) : new Tile(128, 64, 16), small = g.Columns <= 32 ? new Tile(64, 32, 8) : new Tile(64, 64, 8);
        if (most >= large.Threads && g.Depth > small.Depth && large.Count(g, groups) >= device.Info.Multiprocessors)
            return large;
        return most >= small.Threads ? small : new Tile(64, 32, 8);
    }

    private static int Tiles(int extent, int tile) => (extent + tile - 1) / tile;

    internal readonly record struct Tile(int Rows, int Columns, int Depth)
    {
        public int Threads => Rows * Columns / 32;

        public int Count(ProductGeometry g, int groups) => Tiles(g.Rows, Rows) * Tiles(g.Columns, Columns) * groups;
    }

    private sealed record Part(
        SharedTileKernel Kernel,
        CombineTileKernel? Combine,
        ProductGeometry Geometry, GroupCount Groups, ProductParts Shares);

    private sealed class ProductBinder(Device device, Tile tile, bool isDense, bool isVector, ProductFusion fusion) : EndBinder<SharedTileKernel>(fusion.Residual)
    {
        protected override SharedTileKernel BindEnd<TEnd>() => tile switch
        {
            (128, 64, _) => BindTile<Tile128x64, TEnd>(),
            (128, 32, _) => BindTile<Tile128x32, TEnd>(),
            (64, 64, _) => BindTile<Tile64x64, TEnd>(),
            _ => BindTile<Tile64x32, TEnd>(),
        };

        private SharedTileKernel BindTile<TTile, TEnd>()
            where TTile : unmanaged, ISharedTile
            where TEnd : unmanaged, IProductEnd => isDense ? BindSource<TTile, MatrixSource, TEnd>() : BindSource<TTile, WindowSource, TEnd>();

        private SharedTileKernel BindSource<TTile, TSource, TEnd>()
            where TTile : unmanaged, ISharedTile
            where TSource : unmanaged, IRowSource
            where TEnd : unmanaged, IProductEnd
        {
            IStorageBinder<SharedTileKernel> binder = fusion.Gated
                ? new StorageBinder<TTile, TSource, GatePrologue, TEnd>(device, tile.Threads)
                : new StorageBinder<TTile, TSource, NoPrologue, TEnd>(device, tile.Threads);
            return isVector ? fusion.Storage.Bind<Vectors, SharedTileKernel>(binder) : fusion.Storage.Bind<Guarded, SharedTileKernel>(binder);
        }
    }

    private sealed class StorageBinder<TTile, TSource, TPrologue, TEnd>(Device device, int groupSize) : IStorageBinder<SharedTileKernel>
        where TTile : unmanaged, ISharedTile
        where TSource : unmanaged, IRowSource
        where TPrologue : unmanaged, IPrologue
        where TEnd : unmanaged, IProductEnd
    {
        public SharedTileKernel Bind<TIn, TAccess, TOut>()
            where TIn : unmanaged, IVectorAccess
            where TAccess : unmanaged, IVectorAccess
            where TOut : unmanaged, IVectorAccess =>
            new(device, SharedTileKernels.Product<TTile, TSource, TIn, TAccess, TOut, TPrologue, TEnd>, groupSize);
    }

    private sealed class CombineBinder(Device device, bool isDense, bool isVector, ProductFusion fusion) : EndBinder<CombineTileKernel>(fusion.Residual)
    {
        protected override CombineTileKernel BindEnd<TEnd>() => isDense ? BindSource<MatrixSource, TEnd>() : BindSource<WindowSource, TEnd>();

        private CombineTileKernel BindSource<TSource, TEnd>()
            where TSource : unmanaged, IRowSource
            where TEnd : unmanaged, IProductEnd
        {
            var binder = new CombineStorageBinder<TSource, TEnd>(device);
            return isVector ? fusion.Storage.Bind<Vectors, CombineTileKernel>(binder) : fusion.Storage.Bind<Guarded, CombineTileKernel>(binder);
        }
    }

    private sealed class CombineStorageBinder<TSource, TEnd>(Device device) : IStorageBinder<CombineTileKernel>
        where TSource : unmanaged, IRowSource
        where TEnd : unmanaged, IProductEnd
    {
        public CombineTileKernel Bind<TIn, TAccess, TOut>()
            where TIn : unmanaged, IVectorAccess
            where TAccess : unmanaged, IVectorAccess
            where TOut : unmanaged, IVectorAccess => new(device, SharedTileKernels.Combine<TSource, TAccess, TOut, TEnd>);
    }
}
