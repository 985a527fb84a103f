namespace GpuNet.Kernels;

/// <summary>The gradient of a convolution's weights, bound to a device: the product of what its taps read, transposed, and dy.</summary>
internal abstract class WeightProduct
{
    /// <summary>Scratch memory, in elements.</summary>
    public abstract long WorkspaceElements { get; }

    /// <summary>Adds the gradient to <paramref name="dweight"/>.</summary>
    /// <param name="x">Source of the rows.</param>
    /// <param name="dy">Gradient of the result.</param>
    /// <param name="dweight">Gradient of the weights.</param>
    /// <param name="workspace">Memory of <see cref="WorkspaceElements"/>; anything if that is 0.</param>
    public abstract void Run(View x, View dy, View dweight, View workspace);
}
