using System.Collections.Immutable;

namespace GpuNet.Kernels;

/// <summary>
/// Images side by side along the channels. With o_i the channels of the inputs before input i:
/// <code>
/// y[n,h,w,o_i + c] = x_i[n,h,w,c]        dx_i[n,h,w,c] = dy[n,h,w,o_i + c]
/// </code>
/// </summary>
/// <param name="Inputs">Extents of the inputs, which differ in channels only.</param>
public sealed partial record Concat(ImmutableArray<Shape> Inputs) : Operator
{
    /// <inheritdoc/>
    public override ImmutableArray<Shape> Inputs { get; } = Inputs;

    /// <inheritdoc/>
    public override Shape Output => Inputs[0] with { C = Inputs.Sum(s => s.C) };

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.None;

    /// <inheritdoc/>
    public override bool IsIdentityAtInference => Inputs.Length == 1;

    /// <inheritdoc/>
    public override long Flops => 0;

    /// <inheritdoc/>
    public override void Validate()
    {
        Require(!Inputs.IsDefaultOrEmpty, "there is something to put together", "at least 1 input", "none");
        RequirePositiveInputs();
        foreach (Shape input in Inputs)
            Require(input with { C = 1 } == Inputs[0] with { C = 1 }, "the inputs differ in channels only", Inputs[0], input);
    }

    /// <summary>Whether the other has inputs of the same extents in the same order.</summary>
    public bool Equals(Concat? other) => base.Equals(other) && Inputs.AsSpan().SequenceEqual(other.Inputs.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (Shape input in Inputs.AsSpan())
            hash.Add(input);
        return hash.ToHashCode();
    }
}
