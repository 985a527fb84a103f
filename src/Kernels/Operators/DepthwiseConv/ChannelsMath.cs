namespace GpuNet.Kernels;

/// <summary>What the types of <see cref="IChannels{TSelf}"/> do to four of their channels.</summary>
internal static class ChannelsMath
{
    public static Float4 Where(bool keep, Float4 v) => new(keep ? v.X : 0f, keep ? v.Y : 0f, keep ? v.Z : 0f, keep ? v.W : 0f);

    public static Float4 Forward<TActivation>(Float4 z)
        where TActivation : unmanaged, IActivation =>
        new(TActivation.Forward(z.X), TActivation.Forward(z.Y), TActivation.Forward(z.Z), TActivation.Forward(z.W));
}
