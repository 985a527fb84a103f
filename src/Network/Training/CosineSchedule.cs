namespace GpuNet.Network;

/// <summary>
/// A linear warm-up, then half a cosine down (Loshchilov and Hutter 2017, arXiv:1608.03983, without restarts). A warm-up of w steps
/// starts at peak / w.
/// </summary>
/// <param name="Peak">Rate after the warm-up.</param>
/// <param name="WarmUp">Part of the run that warms up.</param>
/// <param name="End">Rate that the cosine ends at.</param>
public sealed record CosineSchedule(float Peak, float WarmUp = 0.05f, float End = 0) : Schedule
{
    /// <inheritdoc/>
    public override float Rate(int step, int steps)
    {
        int warm = (int)Math.Round(WarmUp * steps);
        if (step >= warm)
            return (float)Anneal(Peak, End, (double)(step - warm) / Math.Max(1, steps - warm));
        float start = 1f / warm;
        return Peak * (start + ((1 - start) * step / warm));
    }
}
