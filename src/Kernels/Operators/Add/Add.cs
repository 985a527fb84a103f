using System.Collections.Immutable;

namespace GpuNet.Kernels;

/// <summary>
/// The sum of two tensors, which is what a residual connection is (He et al. 2016, arXiv:1512.03385).
/// <code>
/// y = a + b        da = dy        db = dy
/// </code>
/// </summary>
/// <param name="Input">Extents of both inputs and the output.</param>
public sealed partial record Add(Shape Input) : Operator
{
    /// <inheritdoc/>
    public override ImmutableArray<Shape> Inputs => [Input, Input];

    /// <inheritdoc/>
    public override Shape Output => Input;

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.None;

    /// <inheritdoc/>
    public override void Validate() => RequirePositiveInputs();
}
