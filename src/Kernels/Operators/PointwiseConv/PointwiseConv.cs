namespace GpuNet.Kernels;

/// <summary>
/// Pointwise (1x1) convolution: every pixel's channels are mixed by one matrix (Lin et al. 2013, arXiv:1312.4400). Over rows
/// r = (n, h, w) it is a matrix product.
/// <code>
/// y[r,k]  = bias[k] + Σ_c x[r,c] · w[c,k]
/// dx[r,c] = Σ_k dy[r,k] · w[c,k]
/// dw[c,k] = Σ_r x[r,c] · dy[r,k]          dbias[k] = Σ_r dy[r,k]
/// </code>
/// Parameters: <c>weight</c> (1, 1, c, k), and <c>bias</c> if asked for. At inference the input may be gated, as squeeze-and-excitation
/// does (Hu et al. 2018, arXiv:1709.01507): x[n,h,w,c]·s[n,c] then stands for x.
/// </summary>
/// <param name="Input">Extents of the input.</param>
/// <param name="Channels">Output channels.</param>
/// <param name="Bias">Whether a bias is added.</param>
public sealed partial record PointwiseConv(Shape Input, int Channels, bool Bias = false) : Convolutional(Input, Bias)
{
    /// <inheritdoc/>
    public override Shape Result => Input with { C = Channels };

    /// <summary>
    /// Whether the input is multiplied by a gate [N, 1, 1, C] as it is read; at inference only. The gate is the input behind x and the
    /// residual.
    /// </summary>
    public bool Gated { get; init; }

    /// <inheritdoc/>
    public override bool IsInferenceOnly => Gated || base.IsInferenceOnly;

    /// <inheritdoc/>
    private protected override Shape? Gate => Gated ? new Shape(Input.N, 1, 1, Input.C) : null;

    // Which input the gate is; 0 where there is none.
    private int GateInput => !Gated ? 0 : Epilogue.Residual == ResidualOrder.None ? 1 : 2;

    /// <inheritdoc/>
    protected override ParameterSpec Weight =>
        new("weight", Shape.Matrix(Input.C, Channels), ParameterKind.Filter, Initializer.HeFanOut(Channels));

    /// <inheritdoc/>
    public override long Macs => Result.Elements * Input.C;

    /// <inheritdoc/>
    protected override string Detail => $"{(Gated ? "gated" : "")}{(Bias ? " bias" : "")}{EpilogueDetail}".Trim();

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositiveInputs();
        Require(Channels > 0, "there is at least one output channel", "a positive number", Channels);
        RequireFittingEpilogue();
    }
}
