using System.Collections.Immutable;
using System.Globalization;

namespace GpuNet.Kernels;

/// <summary>
/// The sum of tensors, each times a fixed weight: of several losses, or of maps.
/// <code>
/// y = Σ_i w_i·x_i        dx_i = w_i·dy
/// </code>
/// </summary>
/// <param name="Input">Extents of all inputs and the output.</param>
/// <param name="Weights">A weight for each input.</param>
public sealed partial record WeightedSum(Shape Input, ImmutableArray<float> Weights) : Operator
{
    /// <inheritdoc/>
    public override ImmutableArray<Shape> Inputs => [.. Enumerable.Repeat(Input, Weights.Length)];

    /// <inheritdoc/>
    public override Shape Output => Input;

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.None;

    /// <inheritdoc/>
    public override bool IsIdentityAtInference => Weights is [1f];

    /// <summary>A product and a sum for each element of an input, but no sum for the first.</summary>
    public override long Flops => ((2L * Weights.Length) - 1) * Input.Elements;

    /// <inheritdoc/>
    protected override string Detail => $"by {string.Join(' ', Weights.Select(w => w.ToString("R", CultureInfo.InvariantCulture)))}";

    /// <inheritdoc/>
    public override void Validate()
    {
        Require(!Weights.IsDefaultOrEmpty, "there is something to add up", "at least 1 weight", "none");
        RequirePositiveInputs();
        foreach (float weight in Weights)
            Require(float.IsFinite(weight), "a weight is a finite number", "a finite number", weight);
    }

    /// <summary>Whether the other has the same extents and weights.</summary>
    public bool Equals(WeightedSum? other) =>
        base.Equals(other) && Input == other.Input && Weights.AsSpan().SequenceEqual(other.Weights.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Input);
        foreach (float weight in Weights.AsSpan())
            hash.Add(weight);
        return hash.ToHashCode();
    }
}
