namespace GpuNet.Kernels;

/// <summary>A matrix product, or several that make up one result (see <see cref="ProductGeometry"/>), bound to a device.</summary>
internal abstract class Product
{
    /// <summary>Scratch memory, in elements.</summary>
    public virtual long WorkspaceElements => 0;

    /// <summary>Computes the result.</summary>
    /// <param name="x">Source of the rows.</param>
    /// <param name="factors">What the prologue takes; anything where there is none.</param>
    /// <param name="weight">Weights.</param>
    /// <param name="bias">Bias; anything where there is none.</param>
    /// <param name="residual">The map that is added; anything where there is none.</param>
    /// <param name="y">Result.</param>
    /// <param name="epilogue">What follows the sums.</param>
    /// <param name="workspace">Memory of <see cref="WorkspaceElements"/>; anything if that is 0.</param>
    public abstract void Run(
        View x, View factors, View weight, View bias, View residual, View y, EpilogueGeometry epilogue, View workspace);
}

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
