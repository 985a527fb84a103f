using System.Collections.Immutable;

namespace GpuNet.Kernels;

/// <summary>
/// The mean of every channel over an image (Lin et al. 2013, arXiv:1312.4400): the head of a classifier, and the squeeze of a
/// squeeze-and-excitation block.
/// <code>
/// y[n,1,1,c]  = Σ_hw x[n,h,w,c] / (H·W)
/// dx[n,h,w,c] = dy[n,1,1,c] / (H·W)
/// </code>
/// </summary>
/// <param name="Input">Extents of the input.</param>
public sealed partial record GlobalAveragePool(Shape Input) : Operator
{
    /// <inheritdoc/>
    public override ImmutableArray<Shape> Inputs => [Input];

    /// <inheritdoc/>
    public override Shape Output => new(Input.N, 1, 1, Input.C);

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.None;

    /// <inheritdoc/>
    public override long Flops => Input.Elements;

    /// <inheritdoc/>
    public override void Validate() => RequirePositiveInputs();
}
