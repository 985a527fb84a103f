namespace GpuNet.Kernels;

/// <summary>Up to four steps on the way from a tensor to another, loaded as one kernel for given extents.</summary>
internal sealed class ElementwisePass
{
    private const int MostSteps = 4;

    private readonly Kernel<View, View, View, View, View, View, ElementwiseGeometry, int> kernel;
    private readonly ElementwiseGrid grid;

    /// <summary>Loads the kernel.</summary>
    /// <param name="device">Device.</param>
    /// <param name="rows">What the steps pass over.</param>
    /// <param name="steps">Each an <see cref="IElementwiseStep"/>, up to four.</param>
    public ElementwisePass(Device device, ElementwiseRows rows, params Type[] steps)
    {
        grid = ElementwiseGrid.Over(device, rows);
        Type[] all = [.. steps, .. Enumerable.Repeat(typeof(Pass), MostSteps - steps.Length)];
        kernel = new(device, Policies.Close(ElementwiseKernels.Run<Vectors, ElementwiseSteps<Pass, Pass, Pass, Pass>>,
            Access.Policy(rows.AreVectors), Policies.Of(typeof(ElementwiseSteps<,,,>), all)), grid.GroupSize);
    }

    /// <summary>Queues the pass. A step without an operand takes any view.</summary>
    public void Run(View x, View first, View second, View third, View fourth, View y, int add = 0) =>
        kernel.Run(grid.Groups, x, first, second, third, fourth, y, grid.Geometry, add);

    /// <summary>Queues a pass of which only the first step has an operand.</summary>
    public void Run(View x, View operand, View y, int add = 0) => Run(x, operand, operand, operand, operand, y, add);
}
