using System.Collections.Immutable;

namespace GpuNet.Kernels;

/// <summary>
/// What happens at inference to the sums of a convolution before they are written, so that they pass through memory once: a batch
/// norm with running statistics, which is folded into weights and bias, an activation, a residual, and a place among the channels of
/// a wider tensor.
/// <code>
/// z = norm(sum + bias)
/// y = act(z) + residual   or   act(z + residual)
/// </code>
/// </summary>
public sealed record Epilogue
{
    /// <summary>The sums are written as they are.</summary>
    public static Epilogue None { get; } = new();

    /// <summary>What the norm adds to the variance; null where no norm follows.</summary>
    public float? NormEpsilon { get; init; }

    /// <summary>The activation.</summary>
    public ActivationKind Activation { get; init; } = ActivationKind.Identity;

    /// <summary>Whether a map of the same extents is added, and where; it is then input 1.</summary>
    public ResidualOrder Residual { get; init; } = ResidualOrder.None;

    /// <summary>The channels of the output that the result takes; null where it is the whole output.</summary>
    public ChannelSlice? Slice { get; init; }

    /// <summary>The inputs besides the convolution's own: the residual, a gate, and the tensor whose slice is filled.</summary>
    /// <param name="result">Extents of the convolution's result.</param>
    /// <param name="gate">Extents of the gate; null where there is none.</param>
    internal ImmutableArray<Shape> Inputs(Shape result, Shape? gate)
    {
        ImmutableArray<Shape> inputs = Residual == ResidualOrder.None ? [] : [result];
        if (gate is not null)
            inputs = inputs.Add(gate.Value);
        return Slice is { Continues: true } ? inputs.Add(Output(result)) : inputs;
    }

    /// <summary>Extents of the output.</summary>
    /// <param name="result">Extents of the convolution's result.</param>
    internal Shape Output(Shape result) => Slice is { } slice ? result with { C = slice.AllChannels } : result;

    /// <summary>The norm's parameters, in the order of <see cref="BatchNorm"/>.</summary>
    internal ImmutableArray<ParameterSpec> Parameters(Shape result) =>
        NormEpsilon is { } epsilon ? new BatchNorm(result, epsilon).Parameters : [];
}

/// <summary>A result's place among the channels of a wider tensor, which several operators fill one after the other.</summary>
/// <param name="First">First channel.</param>
/// <param name="AllChannels">Channels of the wider tensor.</param>
/// <param name="Continues">Whether an operator before has begun to fill the tensor, which is then the last input.</param>
public readonly record struct ChannelSlice(int First, int AllChannels, bool Continues);

/// <summary>Where a residual is added.</summary>
public enum ResidualOrder
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>To the activation's result, as in an inverted residual.</summary>
    AfterActivation,

    /// <summary>To what the activation takes, as in ResNet (He et al. 2015, arXiv:1512.03385).</summary>
    BeforeActivation,
}
