namespace GpuNet.Network;

/// <summary>How the MobileNet family rounds scaled channel counts.</summary>
internal static class ChannelRounding
{
    /// <summary>The multiple of 8 nearest to <paramref name="channels"/>, at least 8 and not below 90 % of it.</summary>
    public static int ToMultipleOf8(double channels)
    {
        int rounded = Math.Max(8, (int)(channels + 4) / 8 * 8);
        return rounded < 0.9 * channels ? rounded + 8 : rounded;
    }
}
