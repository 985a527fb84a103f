namespace GpuNet.Bench.GpuComparison;

/// <summary>What a figure is held to; less is better.</summary>
/// <param name="Value">The figure: a ratio, or a time.</param>
/// <param name="Aim">What it should be at most.</param>
/// <param name="Limit">What it must be at most.</param>
/// <param name="Unit">Unit of the three.</param>
internal sealed record GpuGoal(double Value, double Aim, double Limit, string Unit = "")
{
    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"aim {Aim:0.##}{Unit}, limit {Limit:0.##}{Unit}: {(Value <= Aim ? "reached" : Value <= Limit ? "within the limit" : "missed")}");
}
