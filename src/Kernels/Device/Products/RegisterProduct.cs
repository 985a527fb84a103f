using RegisterTileKernel = GpuNet.Kernel<
    ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>,
    ILGPU.ArrayView<float>, GpuNet.Kernels.ProductGeometry, GpuNet.Kernels.EpilogueGeometry, int, int, int>;

namespace GpuNet.Kernels;

/// <summary>A product by the kernels of <see cref="RegisterTileKernels"/>.</summary>
internal sealed class RegisterProduct : Product
{
    // A thread's work, in multiply-accumulates, far above the cost of starting it on a processor, and the threads each core should
    // get at least.
    private const int ThreadMacs = 65536;
    private const int ThreadsPerCore = 8;

    private readonly List<Part> parts = [];

    /// <summary>Shares the columns out and loads the kernels.</summary>
    /// <param name="device">Where to run.</param>
    /// <param name="geometries">The products that make up the result.</param>
    /// <param name="groups">Groups of channels.</param>
    /// <param name="extents">Extents of what follows.</param>
    /// <param name="epilogue">What follows.</param>
    /// <param name="storage">How source and result lie in memory.</param>
    /// <param name="prologue">What becomes of the source as it is read; null for nothing.</param>
    public RegisterProduct(
        Device device, IEnumerable<ProductGeometry> geometries, int groups, EpilogueGeometry extents, Epilogue epilogue, Storage storage,
        Type? prologue)
    {
        foreach (ProductGeometry g in geometries)
        {
            bool isVector = ((g.Columns | g.WeightPitch) & 3) == 0 && extents.IsVector;
            Type input = Inputs.Policy(isVector, storage.Input, prologue),
                end = Epilogues.Policy(epilogue, Access.Policy(isVector, storage.Output));
            int tiles = (g.Rows + RegisterTileKernels.Rows - 1) / RegisterTileKernels.Rows;
            // The dense kernel does not tell images apart, as a gate must.
            Action<View, View, View, View, View, View, ProductGeometry, EpilogueGeometry, int, int, int> kernel =
                g.IsDense && prologue is null
                ? RegisterTileKernels.Dense<Float4, Input<Vectors, Vectors, NoPrologue>, SumEpilogue<Vectors>>
                : RegisterTileKernels.Windowed<Float4, Input<Vectors, Vectors, NoPrologue>, SumEpilogue<Vectors>>;
            foreach (ColumnRange range in ColumnRange.Split(g.Columns))
            {
                int columnTiles = range.Tiles, groupSize = ColumnRange.GroupSize(device, columnTiles);
                int rowTiles = device.Info.IsProcessor ? RowTiles(device, g, tiles, range.Width, columnTiles * groups) : 1;
                parts.Add(new Part(
                    new(device, Policies.Close(kernel, range.Policy, input, end), groupSize), g, range.First, range.First + range.Count,
                    rowTiles, new GroupCount((tiles + rowTiles - 1) / rowTiles, (columnTiles + groupSize - 1) / groupSize, groups)));
            }
        }
    }

    public override void Run(
        View x, View factors, View weight, View bias, View residual, View y, EpilogueGeometry epilogue, View workspace)
    {
        foreach (Part part in parts)
            part.Kernel.Run(part.Groups, x, factors, weight, bias, residual, y, part.Geometry, epilogue, part.FirstColumn, part.EndColumn,
                part.RowTiles);
    }

    private static int RowTiles(Device device, ProductGeometry g, int tiles, int width, int columnTiles)
    {
        int macs = Math.Max(1, g.Length) * RegisterTileKernels.Rows * width;
        int most = tiles * columnTiles / (ThreadsPerCore * Math.Max(1, device.Info.Multiprocessors));
        return Math.Clamp(Math.Min(ThreadMacs / macs, most), 1, tiles);
    }

    private sealed record Part(
        RegisterTileKernel Kernel, ProductGeometry Geometry, int FirstColumn, int EndColumn, int RowTiles, GroupCount Groups);
}
