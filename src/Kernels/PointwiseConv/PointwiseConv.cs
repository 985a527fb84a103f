using System.Collections.Immutable;

namespace GpuNet.Kernels;

/// <summary>
/// Pointwise (1x1) convolution: every pixel's channels are mixed by one matrix (Lin et al. 2013, arXiv:1312.4400). Over rows
/// r = (n, h, w) it is a matrix product.
/// <code>
/// y[r,k]  = bias[k] + Σ_c x[r,c] · w[c,k]
/// dx[r,c] = Σ_k dy[r,k] · w[c,k]
/// dw[c,k] = Σ_r x[r,c] · dy[r,k]          dbias[k] = Σ_r dy[r,k]
/// </code>
/// Parameters: <c>weight</c> (1, 1, c, k), and <c>bias</c> if asked for.
/// </summary>
/// <param name="Input">Extents of the input.</param>
/// <param name="Channels">Output channels.</param>
/// <param name="Bias">Whether a bias is added.</param>
public sealed partial record PointwiseConv(Shape Input, int Channels, bool Bias = false) : Operator
{
    /// <inheritdoc/>
    public override ImmutableArray<Shape> Inputs => [Input];

    /// <inheritdoc/>
    public override Shape Output => Input with { C = Channels };

    /// <inheritdoc/>
    public override ImmutableArray<ParameterSpec> Parameters
    {
        get
        {
            var weight = new ParameterSpec("weight", Shape.Matrix(Input.C, Channels), ParameterKind.Filter, Initializer.HeFanOut(Channels));
            return Bias
                ? [weight, new ParameterSpec("bias", Shape.Vector(Channels), ParameterKind.Bias, Initializer.Zeros)]
                : [weight];
        }
    }

    /// <inheritdoc/>
    public override long Macs => Output.Elements * Input.C;

    /// <inheritdoc/>
    protected override string Detail => Bias ? "bias" : "";

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositiveInputs();
        Require(Channels > 0, "there is at least one output channel", "a positive number", Channels);
    }
}
