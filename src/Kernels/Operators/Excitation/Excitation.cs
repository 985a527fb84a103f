using System.Collections.Immutable;

namespace GpuNet.Kernels;

/// <summary>
/// Both layers of a squeeze-and-excitation block at inference (Hu et al. 2018, arXiv:1709.01507), which make a gate of an image's means:
/// <code>
/// h[n,w] = inner(bias1[w] + Σ_c x[n,c] · weight1[c,w])        y[n,k] = gate(bias2[k] + Σ_w h[n,w] · weight2[w,k])
/// </code>
/// Parameters: weight and bias of the first layer, then those of the second.
/// </summary>
/// <param name="Input">Extents of the means, [N, 1, 1, C].</param>
/// <param name="Width">Channels between the layers.</param>
/// <param name="Channels">Channels of the gate.</param>
/// <param name="Inner">Activation of the first layer.</param>
/// <param name="Gate">Activation of the second.</param>
public sealed partial record Excitation(Shape Input, int Width, int Channels, ActivationKind Inner, ActivationKind Gate) : Operator
{
    /// <summary>The most channels between the layers that a group keeps.</summary>
    public const int MostWidth = 256;

    /// <inheritdoc/>
    public override ImmutableArray<Shape> Inputs => [Input];

    /// <inheritdoc/>
    public override Shape Output => Input with { C = Channels };

    /// <inheritdoc/>
    public override ImmutableArray<ParameterSpec> Parameters =>
    [
        .. First.Parameters.Select(p => p with { Name = "fc1." + p.Name }),
        .. Second.Parameters.Select(p => p with { Name = "fc2." + p.Name }),
    ];

    /// <inheritdoc/>
    public override bool IsInferenceOnly => true;

    /// <inheritdoc/>
    public override long Macs => (long)Input.N * Width * (Input.C + Channels);

    /// <inheritdoc/>
    protected override string Detail => $"by {Width} {Inner} {Gate}";

    // The layers as convolutions of their own.
    private PointwiseConv First => new(Input, Width, Bias: true) { Epilogue = new Epilogue { Activation = Inner } };

    private PointwiseConv Second => new(Input with { C = Width }, Channels, Bias: true) { Epilogue = new Epilogue { Activation = Gate } };

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositiveInputs();
        Require(Input.Pixels == 1, "the input is one channel vector an image", "[N, 1, 1, c]", Input);
        Require(Width is > 0 and <= MostWidth, "a group has room for the channels between the layers", $"1 to {MostWidth}", Width);
        Require(Channels > 0, "there is at least one output channel", "a positive number", Channels);
        Require(Enum.IsDefined(Inner) && Enum.IsDefined(Gate), "the activations are ones there are",
            string.Join(", ", Enum.GetNames<ActivationKind>()), $"{Inner} and {Gate}");
    }
}
