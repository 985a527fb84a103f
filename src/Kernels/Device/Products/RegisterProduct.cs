global using RegisterTileKernel = GpuNet.Kernel<
    ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>,
    GpuNet.Kernels.ProductGeometry, GpuNet.Kernels.EpilogueGeometry, int, int, int>;

namespace GpuNet.Kernels;

/// <summary>A product by the kernels of <see cref="RegisterTileKernels"/>.</summary>
internal sealed class RegisterProduct : Product
{
    // A thread's work, in multiply-accumulates, far above the cost of starting it on a processor, and the threads each core should
    // get at least.
    private const int ThreadMacs = 65536;
    private const int ThreadsPerCore = 8;

    private readonly List<Part> parts = [];

    public RegisterProduct(
        Device device, IEnumerable<ProductGeometry> geometries, int groups, EpilogueGeometry epilogue, ProductFusion fusion)
    {
        foreach (ProductGeometry g in geometries)
        {
            bool isVector = ((g.Columns | g.WeightPitch | epilogue.Channels | epilogue.Pitch | epilogue.First) & 3) == 0;
            int tiles = (g.Rows + RegisterTileKernels.Rows - 1) / RegisterTileKernels.Rows;
            foreach (ColumnRange range in ColumnRange.Split(g.Columns))
            {
                int columnTiles = range.Tiles, groupSize = ColumnRange.GroupSize(device, columnTiles);
                int rowTiles = device.Info.IsProcessor ? RowTiles(device, g, tiles, range.Width, columnTiles * groups) : 1;
                parts.Add(new Part(
                    fusion.Activation.Bind(new Binder(device, groupSize, g.IsDense, isVector, fusion, range.Width)), g, range.First, range.First + range.Count,
                    rowTiles, new GroupCount((tiles + rowTiles - 1) / rowTiles, (columnTiles + groupSize - 1) / groupSize, groups)));
            }
        }
    }

    public override void Run(View x, View factors, View weight, View bias, View extra, View y, EpilogueGeometry epilogue, View workspace)
    {
        foreach (Part part in parts)
            part.Kernel.Run(part.Groups, x, factors, weight, bias, extra, y, part.Geometry, epilogue, part.FirstColumn, part.EndColumn, part.RowTiles);
    }

    private static int RowTiles(Device device, ProductGeometry g, int tiles, int width, int columnTiles)
    {
        int macs = Math.Max(1, g.Length) * RegisterTileKernels.Rows * width;
        int most = tiles * columnTiles / (ThreadsPerCore * Math.Max(1, device.Info.Multiprocessors));
        return Math.Clamp(Math.Min(ThreadMacs / macs, most), 1, tiles);
    }

    private sealed record Part(
        RegisterTileKernel Kernel, ProductGeometry Geometry, int FirstColumn, int EndColumn, int RowTiles,
        GroupCount Groups);

    private sealed class Binder(Device device, int groupSize, bool isDense, bool isVector, ProductFusion fusion, int width)
        : EndBinder<RegisterTileKernel>(fusion.Residual)
    {
        protected override RegisterTileKernel BindEnd<TEnd>() => width switch
        {
            16 => BindColumns<Columns16, TEnd>(),
            8 => BindColumns<Columns8, TEnd>(),
            _ => BindColumns<Columns4, TEnd>(),
        };

        private RegisterTileKernel BindColumns<TColumns, TEnd>()
            where TColumns : unmanaged, IColumns<TColumns>
            where TEnd : unmanaged, IProductEnd =>
            fusion.Gated ? BindPrologue<TColumns, GatePrologue, TEnd>() : BindPrologue<TColumns, NoPrologue, TEnd>();

        // The dense kernel does not tell images apart.
        private RegisterTileKernel BindPrologue<TColumns, TPrologue, TEnd>()
            where TColumns : unmanaged, IColumns<TColumns>
            where TPrologue : unmanaged, IPrologue
            where TEnd : unmanaged, IProductEnd
        {
            var binder = new StorageBinder<TColumns, TPrologue, TEnd>(device, groupSize, isDense && !fusion.Gated);
            return isVector ? fusion.Storage.Bind<Vectors, RegisterTileKernel>(binder)
                : fusion.Storage.Bind<Guarded, RegisterTileKernel>(binder);
        }
    }

    private sealed class StorageBinder<TColumns, TPrologue, TEnd>(Device device, int groupSize, bool isDense)
        : IStorageBinder<RegisterTileKernel>
        where TColumns : unmanaged, IColumns<TColumns>
        where TPrologue : unmanaged, IPrologue
        where TEnd : unmanaged, IProductEnd
    {
        public RegisterTileKernel Bind<TIn, TAccess, TOut>()
            where TIn : unmanaged, IVectorAccess
            where TAccess : unmanaged, IVectorAccess
            where TOut : unmanaged, IVectorAccess => isDense
            ? new(device, RegisterTileKernels.Dense<TColumns, TIn, TAccess, TOut, TPrologue, TEnd>, groupSize)
            : new(device, RegisterTileKernels.Windowed<TColumns, TIn, TAccess, TOut, TPrologue, TEnd>, groupSize);
    }
}
