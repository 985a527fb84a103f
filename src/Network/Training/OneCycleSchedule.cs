namespace GpuNet.Network;

/// <summary>
/// Up to the peak and down to almost zero, both by half a cosine (Smith and Topin 2018, arXiv:1708.07120, as PyTorch's OneCycleLR).
/// </summary>
/// <param name="Peak">Greatest rate.</param>
/// <param name="Rise">Part of the run that rises.</param>
/// <param name="StartDivisor">The run starts at peak / this.</param>
/// <param name="EndDivisor">The run ends at start / this.</param>
public sealed record OneCycleSchedule(float Peak, float Rise = 0.3f, float StartDivisor = 25, float EndDivisor = 1e4f) : Schedule
{
    /// <inheritdoc/>
    public override float Rate(int step, int steps)
    {
        double start = Peak / StartDivisor, end = start / EndDivisor;
        double top = (Rise * steps) - 1, last = steps - 1;
        return (float)(step <= top
            ? Anneal(start, Peak, top > 0 ? step / top : 1)
            : Anneal(Peak, end, last > top ? (step - top) / (last - top) : 1));
    }
}
