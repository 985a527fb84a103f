using System.Collections.Immutable;

namespace GpuNet.Kernels;

/// <summary>
/// Sums, gates and activations one after the other, in a single pass over memory at inference.
/// <code>
/// v_0 = x        v_i = act_i(v_i−1)   or   v_i−1 + a_i   or   v_i−1 · s_i[n,c]        y = v_last
/// </code>
/// Inputs: x, then the operand of each link that has one: a map like x, or a gate [N, 1, 1, C].
/// </summary>
/// <param name="Input">Extents of x and of the output.</param>
/// <param name="Links">The links in order, up to four.</param>
public sealed partial record ElementwiseChain(Shape Input, ImmutableArray<ElementwiseLink> Links) : Operator
{
    /// <summary>Links that one kernel has room for.</summary>
    public const int MostLinks = 4;

    /// <inheritdoc/>
    public override ImmutableArray<Shape> Inputs =>
    [
        Input,
        .. Links.Where(l => l.HasOperand)
            .Select(l => l.Kind == ElementwiseLinkKind.PlusTensor ? Input : new Shape(Input.N, 1, 1, Input.C)),
    ];

    /// <inheritdoc/>
    public override Shape Output => Input;

    /// <inheritdoc/>
    public override bool IsInferenceOnly => true;

    /// <inheritdoc/>
    public override long Flops => Links.Length * Output.Elements;

    /// <inheritdoc/>
    protected override string Detail => string.Join(' ', Links);

    /// <inheritdoc/>
    public override void Validate()
    {
        Require(!Links.IsDefault && Links.Length is >= 1 and <= MostLinks, "a chain has links", $"1 to {MostLinks}",
            Links.IsDefault ? 0 : Links.Length);
        RequirePositiveInputs();
        foreach (ElementwiseLink link in Links)
        {
            Require(Enum.IsDefined(link.Kind), "a link is one there is", string.Join(", ", Enum.GetNames<ElementwiseLinkKind>()),
                link.Kind);
            Require(Enum.IsDefined(link.Activation), "the activation is one there is",
                string.Join(", ", Enum.GetNames<ActivationKind>()), link.Activation);
        }
    }

    /// <summary>Whether the other has the same links in the same order.</summary>
    public bool Equals(ElementwiseChain? other) =>
        base.Equals(other) && Input == other.Input && Links.AsSpan().SequenceEqual(other.Links.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Input);
        foreach (ElementwiseLink link in Links.AsSpan())
            hash.Add(link);
        return hash.ToHashCode();
    }

    // The input that each link reads; 0, which it does not read, for one without an operand.
    private int[] OperandPlaces()
    {
        int next = 1;
        return [.. Links.Select(l => l.HasOperand ? next++ : 0)];
    }
}

/// <summary>What a link of an <see cref="ElementwiseChain"/> does.</summary>
public enum ElementwiseLinkKind
{
    /// <summary>Applies an activation.</summary>
    Activate,

    /// <summary>Adds a map of the same extents.</summary>
    PlusTensor,

    /// <summary>Multiplies each channel of an image by a number of its own.</summary>
    TimesGate,
}

/// <summary>A link of an <see cref="ElementwiseChain"/>.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Activation">Which activation, if it is one.</param>
public readonly record struct ElementwiseLink(ElementwiseLinkKind Kind, ActivationKind Activation = ActivationKind.Identity)
{
    /// <summary>Whether it reads a tensor of its own.</summary>
    public bool HasOperand => Kind != ElementwiseLinkKind.Activate;

    /// <inheritdoc/>
    public override string ToString() =>
        Kind == ElementwiseLinkKind.Activate ? Activation.ToString() : Kind == ElementwiseLinkKind.PlusTensor ? "plus" : "gate";
}
