using System.Collections.Immutable;

namespace GpuNet.Kernels;

/// <summary>
/// Linear layer over channel vectors: y[n,k] = bias[k] + Σ_c x[n,c] · w[c,k], with the gradients of <see cref="PointwiseConv"/>,
/// whose code it runs.
/// Parameters: <c>weight</c> (1, 1, c, k), and <c>bias</c> if asked for.
/// </summary>
/// <param name="Input">Extents of the input, [N, 1, 1, c].</param>
/// <param name="Channels">Outputs of each image.</param>
/// <param name="Bias">Whether a bias is added.</param>
public sealed partial record Linear(Shape Input, int Channels, bool Bias = true) : Operator
{
    /// <summary>
    /// Where the weights come from before training: by default uniform in ±1/√c, as PyTorch has it. torchvision's MobileNetV2 takes
    /// normal 0.01, its EfficientNet uniform in ±1/√k.
    /// </summary>
    public Initializer WeightInitializer { get; init; } = Initializer.Uniform(1f / MathF.Sqrt(Input.C));

    /// <inheritdoc/>
    public override ImmutableArray<Shape> Inputs => [Input];

    /// <inheritdoc/>
    public override Shape Output => Input with { C = Channels };

    /// <inheritdoc/>
    public override ImmutableArray<ParameterSpec> Parameters
    {
        get
        {
            var weight = new ParameterSpec("weight", Shape.Matrix(Input.C, Channels), ParameterKind.Matrix, WeightInitializer);
            return Bias
                ? [weight, new ParameterSpec("bias", Shape.Vector(Channels), ParameterKind.Bias, Initializer.Zeros)]
                : [weight];
        }
    }

    /// <inheritdoc/>
    public override long Macs => Output.Elements * Input.C;

    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", device => new PointwiseConvPlain(device, new PointwiseConv(Input, Channels, Bias))),
        .. AsConvolution.Tiles(),
        Candidate.Kernels("MatrixUnits", device => new PointwiseConvMatrixUnits(device, new PointwiseConv(Input, Channels, Bias))) with { Needs = MatrixUnitTile.RunsOn },
        Candidate.Host(AsConvolution.OnHost),
    ];

    // One image of one pixel each.
    private Convolution AsConvolution => new(Input, Channels, new Window(1), 1, Bias);

    /// <inheritdoc/>
    protected override string Detail => Bias ? "bias" : "";

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositiveInputs();
        Require(Input.Pixels == 1, "the input is one channel vector an image", "[N, 1, 1, c]", Input);
        Require(Channels > 0, "there is at least one output", "a positive number", Channels);
    }
}
