using System.Collections.Immutable;

namespace GpuNet.Kernels;

/// <summary>
/// An inverted bottleneck as one operator (Sandler et al. 2018, arXiv:1801.04381): a pointwise convolution expands the channels, a
/// depthwise one filters them, a pointwise one projects them back, each followed by batch norm. It is exactly the composition of
/// <see cref="PointwiseConv"/>, <see cref="DepthwiseConv"/>, <see cref="BatchNorm"/> and <see cref="Add"/>:
/// <code>
/// z1 = expand(x)      h1 = act(norm1(z1))        left out where the hidden channels are the input's: then h1 = x
/// z2 = filter(h1)     h2 = act(norm2(z2))
/// z3 = project(h2)    y  = norm3(z3) + x         the last term for a residual
/// </code>
/// As one it can take a norm's sums where the values are made, and apply the norm where they are read, so that h1 and h2 are never
/// written: on the host training then passes over a hidden tensor 6 times instead of 18.
/// Parameters: <c>weight</c> of <c>expand</c>, <c>filter</c> and <c>project</c>, each followed by those of its <c>norm</c>. Saved: z1, z2
/// and z3, then mean and 1/√(σ² + ε) of each norm, with memory for whole registers.
/// </summary>
/// <param name="Input">Extents of the input.</param>
/// <param name="Hidden">Channels between; equal to the input's where nothing is expanded.</param>
/// <param name="Channels">Output channels.</param>
/// <param name="Window">Window of the depthwise convolution.</param>
/// <param name="Activation">Activation behind the first two norms.</param>
/// <param name="Residual">Whether the input is added to the result.</param>
/// <param name="Epsilon">What the norms add to the variance.</param>
/// <param name="Momentum">Share of a batch in the running statistics.</param>
public sealed partial record InvertedBottleneck(
    Shape Input,
    int Hidden,
    int Channels,
    Window Window,
    ActivationKind Activation,
    bool Residual = false,
    float Epsilon = 1e-5f,
    float Momentum = 0.1f) : Operator
{
    // The widest register, in elements.
    private const int Register = 16;

    /// <summary>
    /// Whether the operator is for inference alone: norms are then folded into the filters, and the image runs through all three by
    /// rows, so that the hidden tensors stay in a cache.
    /// </summary>
    public bool ForInference { get; init; }

    /// <inheritdoc/>
    public override bool IsInferenceOnly => ForInference;

    /// <summary>Whether there is an expanding convolution.</summary>
    public bool Expands => Hidden != Input.C;

    /// <inheritdoc/>
    public override ImmutableArray<Shape> Inputs => [Input];

    /// <inheritdoc/>
    public override Shape Output => Project.Output;

    /// <inheritdoc/>
    public override ImmutableArray<ParameterSpec> Parameters =>
    [
        .. Expands ? [.. Below("expand", Expand), .. Below("expand.norm", ExpandNorm)] : ImmutableArray<ParameterSpec>.Empty,
        .. Below("filter", Filter),
        .. Below("filter.norm", FilterNorm),
        .. Below("project", Project),
        .. Below("project.norm", ProjectNorm),
    ];

    /// <inheritdoc/>
    public override ImmutableArray<Shape> Saved =>
    [
        .. Expands ? [Padded(Expand.Output)] : ImmutableArray<Shape>.Empty,
        Padded(Filter.Output),
        Padded(Project.Output),
        .. Expands ? [Padded(Shape.Vector(Hidden)), Padded(Shape.Vector(Hidden))] : ImmutableArray<Shape>.Empty,
        Padded(Shape.Vector(Hidden)),
        Padded(Shape.Vector(Hidden)),
        Padded(Shape.Vector(Channels)),
        Padded(Shape.Vector(Channels)),
    ];

    /// <inheritdoc/>
    public override long Macs => (Expands ? Expand.Macs : 0) + Filter.Macs + Project.Macs;

    /// <inheritdoc/>
    protected override string Detail =>
        $"via {Hidden} {Window} {Activation}{(Residual ? " residual" : "")}{Unless(1e-5f, "epsilon", Epsilon)}"
        + Unless(0.1f, "momentum", Momentum) + (ForInference ? " for inference" : "");

    /// <inheritdoc/>
    public override ImmutableArray<Operator> Parts =>
    [
        .. Expands ? [Expand, ExpandNorm] : ImmutableArray<Operator>.Empty,
        Filter,
        FilterNorm,
        Project,
        ProjectNorm,
        .. Residual ? [new Add(Output)] : ImmutableArray<Operator>.Empty,
    ];

    /// <summary>The expanding convolution.</summary>
    public PointwiseConv Expand => new(Input, Hidden);

    /// <summary>The norm and activation behind it.</summary>
    public BatchNorm ExpandNorm => new(Expand.Output, Epsilon, Momentum, Activation);

    /// <summary>The depthwise convolution.</summary>
    public DepthwiseConv Filter => new(Input with { C = Hidden }, Window);

    /// <summary>The norm and activation behind it.</summary>
    public BatchNorm FilterNorm => new(Filter.Output, Epsilon, Momentum, Activation);

    /// <summary>The projecting convolution.</summary>
    public PointwiseConv Project => new(Filter.Output, Channels);

    /// <summary>The norm behind it.</summary>
    public BatchNorm ProjectNorm => new(Project.Output, Epsilon, Momentum);

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositiveInputs();
        Require(Hidden > 0, "there is at least one hidden channel", "a positive number", Hidden);
        Require(Channels > 0, "there is at least one output channel", "a positive number", Channels);
        Require(Window.IsValid, "kernel, stride and dilation are at least 1 and no padding is negative", "such a window", Window);
        Require(Window.Taps <= DepthwiseConv.MaxTaps, "the kernel has a bounded number of taps", $"at most {DepthwiseConv.MaxTaps}",
            Window.Taps);
        Require(Output.IsPositive, "the dilated kernel fits the padded image", "an output of at least 1x1", Output);
        Require(!Residual || Output == Input, "a residual has the extents of the output", Output, Input);
        Require(Epsilon > 0f && float.IsFinite(Epsilon), "epsilon keeps the variance away from 0", "a positive number", Epsilon);
        Require(Momentum is >= 0f and <= 1f, "momentum is a share", "0 to 1", Momentum);
        Require(Enum.IsDefined(Activation), "the activation is one there is", string.Join(", ", Enum.GetNames<ActivationKind>()),
            Activation);
    }

    /// <inheritdoc/>
    public override void ValidateTraining() =>
        Require(Output.Rows > 1, "a training batch has more than 1 value per channel", "at least 2", Output.Rows);

    private static IEnumerable<ParameterSpec> Below(string name, Operator part) =>
        part.Parameters.Select(p => p with { Name = $"{name}.{p.Name}" });

    private static Shape Padded(Shape shape) => shape with { C = (shape.C + Register - 1) / Register * Register };
}
