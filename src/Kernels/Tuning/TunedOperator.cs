using System.Collections.Immutable;

namespace GpuNet.Kernels;

/// <summary>What measuring an operator's candidates gave.</summary>
/// <param name="Operator">The operator.</param>
/// <param name="Directions">The passes that were measured.</param>
/// <param name="Rule">The candidate the rule chooses.</param>
/// <param name="Winner">The best candidate; the rule's unless another is clearly better; null if none could be used.</param>
/// <param name="Trials">Every candidate that runs on the device, in the operator's order.</param>
public sealed record TunedOperator(
    Operator Operator, DirectionSet Directions, Trial Rule, Trial? Winner, ImmutableArray<Trial> Trials)
{
    /// <summary>The winner's time as a share of that of the rule's candidate; 1 where that one cannot be used.</summary>
    public double Ratio => Winner is { } winner && Rule.Failure.Length == 0 ? winner.Seconds / Rule.Seconds : 1;
}
