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
        Device device, IEnumerable<ProductGeometry> geometries, int groups, EpilogueGeometry epilogue,
        ActivationKind activation = ActivationKind.Identity, ResidualOrder residual = ResidualOrder.None, bool gated = false)
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
                    activation.Bind(new Binder(device, groupSize, g.IsDense, isVector, gated, residual, range.Width)), g, range.First, range.First + range.Count,
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
        Kernel<View, View, View, View, View, View, ProductGeometry, EpilogueGeometry, int, int, int> Kernel, ProductGeometry Geometry, int FirstColumn, int EndColumn, int RowTiles,
        GroupCount Groups);

    private sealed class Binder(Device device, int groupSize, bool isDense, bool isVector, bool gated, ResidualOrder residual, int width)
        : EndBinder<Kernel<View, View, View, View, View, View, ProductGeometry, EpilogueGeometry, int, int, int>>(residual)
    {
        protected override Kernel<View, View, View, View, View, View, ProductGeometry, EpilogueGeometry, int, int, int> BindEnd<TEnd>() => width switch
        {
            16 => BindColumns<Columns16, TEnd>(),
            8 => BindColumns<Columns8, TEnd>(),
            _ => BindColumns<Columns4, TEnd>(),
        };

        private Kernel<View, View, View, View, View, View, ProductGeometry, EpilogueGeometry, int, int, int> BindColumns<TColumns, TEnd>()
            where TColumns : unmanaged, IColumns<TColumns>
            where TEnd : unmanaged, IProductEnd =>
            gated ? (isVector ? Bind<TColumns, Vectors, GatePrologue, TEnd>() : Bind<TColumns, Guarded, GatePrologue, TEnd>())
            : isVector ? Bind<TColumns, Vectors, NoPrologue, TEnd>() : Bind<TColumns, Guarded, NoPrologue, TEnd>();

        // The dense kernel does not tell images apart.
        private Kernel<View, View, View, View, View, View, ProductGeometry, EpilogueGeometry, int, int, int> Bind<TColumns, TAccess, TPrologue, TEnd>()
            where TColumns : unmanaged, IColumns<TColumns>
            where TAccess : unmanaged, IVectorAccess
            where TPrologue : unmanaged, IPrologue
            where TEnd : unmanaged, IProductEnd => isDense && !gated
            ? new(device, RegisterTileKernels.Dense<TColumns, TAccess, TPrologue, TEnd>, groupSize)
            : new(device, RegisterTileKernels.Windowed<TColumns, TAccess, TPrologue, TEnd>, groupSize);
    }
}
