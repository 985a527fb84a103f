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
public sealed partial record PointwiseConv(Shape Input, int Channels, bool Bias = false) : Convolutional(Input, Bias)
{
    /// <inheritdoc/>
    public override Shape Result => Input with { C = Channels };

    /// <inheritdoc/>
    protected override ParameterSpec Weight =>
        new("weight", Shape.Matrix(Input.C, Channels), ParameterKind.Filter, Initializer.HeFanOut(Channels));

    /// <inheritdoc/>
    public override long Macs => Result.Elements * Input.C;

    /// <inheritdoc/>
    protected override string Detail => $"{(Bias ? "bias" : "")}{EpilogueDetail}".Trim();

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositiveInputs();
        Require(Channels > 0, "there is at least one output channel", "a positive number", Channels);
        RequireFittingEpilogue();
    }
}
