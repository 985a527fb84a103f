namespace GpuNet.Network;

/// <summary>The same rate throughout.</summary>
/// <param name="Peak">The rate.</param>
public sealed record ConstantSchedule(float Peak) : Schedule
{
    /// <inheritdoc/>
    public override float Rate(int step, int steps) => Peak;
}
