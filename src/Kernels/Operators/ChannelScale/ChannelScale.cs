using System.Collections.Immutable;

namespace GpuNet.Kernels;

/// <summary>
/// Every channel of an image times a number of its own: the excitation of a squeeze-and-excitation block (Hu et al. 2018,
/// arXiv:1709.01507), whose second input is the gate s.
/// <code>
/// y[n,h,w,c]  = x[n,h,w,c] · s[n,1,1,c]
/// dx[n,h,w,c] = dy[n,h,w,c] · s[n,1,1,c]        ds[n,1,1,c] = Σ_hw dy[n,h,w,c] · x[n,h,w,c]
/// </code>
/// </summary>
/// <param name="Input">Extents of the first input and the output.</param>
public sealed partial record ChannelScale(Shape Input) : Operator
{
    /// <inheritdoc/>
    public override ImmutableArray<Shape> Inputs => [Input, new Shape(Input.N, 1, 1, Input.C)];

    /// <inheritdoc/>
    public override Shape Output => Input;

    /// <inheritdoc/>
    public override void Validate() => RequirePositiveInputs();
}
