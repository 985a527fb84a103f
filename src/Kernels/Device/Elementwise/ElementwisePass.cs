namespace GpuNet.Kernels;

/// <summary>Up to four steps on the way from a tensor to another, loaded as one kernel for given extents.</summary>
internal sealed class ElementwisePass
{
    private readonly Kernel<View, View, View, View, View, View, ElementwiseGeometry, int> kernel;
    private readonly ElementwiseGrid grid;

    private ElementwisePass(Kernel<View, View, View, View, View, View, ElementwiseGeometry, int> kernel, ElementwiseGrid grid) =>
        (this.kernel, this.grid) = (kernel, grid);

    /// <summary>A pass of one step.</summary>
    public static ElementwisePass Of<TStep>(Device device, ElementwiseRows rows)
        where TStep : unmanaged, IElementwiseStep => Of<TStep, Pass, Pass, Pass>(device, rows);

    /// <summary>A pass of four steps.</summary>
    public static ElementwisePass Of<TFirst, TSecond, TThird, TFourth>(Device device, ElementwiseRows rows)
        where TFirst : unmanaged, IElementwiseStep
        where TSecond : unmanaged, IElementwiseStep
        where TThird : unmanaged, IElementwiseStep
        where TFourth : unmanaged, IElementwiseStep
    {
        var grid = ElementwiseGrid.Over(device, rows);
        return new ElementwisePass(
            rows.AreVectors
                ? new(device, ElementwiseKernels.Run<Vectors, TFirst, TSecond, TThird, TFourth>, grid.GroupSize)
                : new(device, ElementwiseKernels.Run<Guarded, TFirst, TSecond, TThird, TFourth>, grid.GroupSize),
            grid);
    }

    /// <summary>Queues the pass. A step without an operand takes any view.</summary>
    public void Run(View x, View first, View second, View third, View fourth, View y, int add = 0) =>
        kernel.Run(grid.Groups, x, first, second, third, fourth, y, grid.Geometry, add);

    /// <summary>Queues a pass of which only the first step has an operand.</summary>
    public void Run(View x, View operand, View y, int add = 0) => Run(x, operand, operand, operand, operand, y, add);
}
