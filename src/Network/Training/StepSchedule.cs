namespace GpuNet.Network;

/// <summary>The rate times a factor after every so many steps (PyTorch's StepLR).</summary>
/// <param name="Peak">First rate.</param>
/// <param name="Period">Steps between drops, as a part of the run.</param>
/// <param name="Factor">What each drop multiplies the rate with.</param>
public sealed record StepSchedule(float Peak, float Period = 1 / 3f, float Factor = 0.1f) : Schedule
{
    /// <inheritdoc/>
    public override float Rate(int step, int steps) =>
        Peak * MathF.Pow(Factor, step / Math.Max(1, (int)Math.Round(Period * steps)));
}
