namespace GpuNet.Kernels;

/// <summary>
/// A gradient's product by matrix units; with little to gain from tiles alone, planes share the depth and are added up in order.
/// </summary>
internal sealed class MatrixUnitProduct
{
    // Depth that is worth a plane's own pass over the result, and groups that keep a multiprocessor busy.
    private const int LeastPlaneDepth = 256;
    private const int GroupsPerMultiprocessor = 2;

    private readonly Kernel<View, View, View, MatrixUnitGeometry> kernel;
    private readonly Kernel<View, View, int, int>? combine;
    private readonly MatrixUnitGeometry set, add;
    private readonly GroupCount groups;
    private readonly int elements;

    /// <summary>Prepares the product.</summary>
    /// <param name="device">Device.</param>
    /// <param name="layout">How both matrices lie in memory: an <see cref="IMatrixLayout"/>.</param>
    /// <param name="rows">Rows of the result.</param>
    /// <param name="columns">Columns of the result.</param>
    /// <param name="depth">Terms of a sum.</param>
    /// <param name="leftPitch">Elements of a row of memory of the left matrix.</param>
    /// <param name="rightPitch">Elements of a row of memory of the right matrix.</param>
    /// <param name="isVector">Whether all extents that run along rows of memory are multiples of four.</param>
    /// <param name="inPlanes">Whether depth may be shared; the product then is always added to the result.</param>
    public MatrixUnitProduct(
        Device device, Type layout, int rows, int columns, int depth, int leftPitch, int rightPitch, bool isVector, bool inPlanes)
    {
        MatrixUnitTile tile = MatrixUnitTile.For(device, rows, columns);
        elements = checked(rows * columns);
        int tiles = tile.Groups(rows, columns), most = Math.Min(depth / LeastPlaneDepth, int.MaxValue / 2 / elements);
        int planes = inPlanes
            ? Math.Clamp(GroupsPerMultiprocessor * device.Info.Multiprocessors / tiles, 1, Math.Max(1, Math.Min(most, ushort.MaxValue)))
            : 1;
        int planeDepth = (((depth + planes - 1) / planes) + TensorFloatUnits.Depth - 1) / TensorFloatUnits.Depth * TensorFloatUnits.Depth;
        planes = (depth + planeDepth - 1) / planeDepth;
        set = new MatrixUnitGeometry(rows, columns, depth, leftPitch, rightPitch, tile.ColumnTiles(columns), planeDepth);
        add = new MatrixUnitGeometry(rows, columns, depth, leftPitch, rightPitch, tile.ColumnTiles(columns), planeDepth, adds: true);
        groups = new GroupCount(tiles, planes);
        kernel = new(device, Policies.Close(MatrixUnitKernels.Product<MatrixTile64x32, DepthRows, DepthRows, Vectors>,
            tile.Policy, layout, layout, Access.Policy(isVector)), tile.GroupSize);
        if (planes > 1)
            combine = new(device, PartialSumKernels.Combine);
    }

    /// <summary>Scratch memory, in elements.</summary>
    public long WorkspaceElements => combine is null ? 0 : (long)groups.Y * elements;

    /// <summary>Queues the product.</summary>
    /// <param name="left">Left matrix.</param>
    /// <param name="right">Right matrix.</param>
    /// <param name="result">Result.</param>
    /// <param name="adds">Whether it is added to what is there.</param>
    /// <param name="workspace">Scratch memory; unused where none is asked for.</param>
    public void Run(View left, View right, View result, bool adds, Tensor workspace)
    {
        kernel.Run(groups, left, right, combine is null ? result : workspace.View, combine is null && adds ? add : set);
        combine?.Run(elements, workspace.View, result, elements, groups.Y);
    }
}
