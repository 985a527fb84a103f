using ILGPU;

namespace GpuNet.Kernels;

/// <summary>
/// Up to four channels, read and written float by float. Past the last the last is read again, for loads without branches; only a store
/// tests.
/// </summary>
/// <param name="values">The channels.</param>
internal readonly struct GuardedChannels(Float4 values) : IChannels<GuardedChannels>
{
    private readonly Float4 values = values;

    public static int Count => 4;

    public static bool IsGuarded => true;

    public static GuardedChannels Of(float value) => new(Float4.Of(value));

    public static GuardedChannels Load(View view, int at, int count) => new(new Float4(
        view[at], view[at + IntrinsicMath.Min(1, count - 1)], view[at + IntrinsicMath.Min(2, count - 1)], view[at + IntrinsicMath.Min(3, count - 1)]));

    public static void Store(View view, int at, GuardedChannels value, int count) => Guarded.Store(view, at, value.values, count);

    public static GuardedChannels Where(bool keep, GuardedChannels value) => new(ChannelsMath.Where(keep, value.values));

    static GuardedChannels IChannels<GuardedChannels>.Forward<TActivation>(GuardedChannels z) => new(ChannelsMath.Forward<TActivation>(z.values));

    public static GuardedChannels operator +(GuardedChannels a, GuardedChannels b) => new(a.values + b.values);

    public static GuardedChannels operator *(GuardedChannels a, GuardedChannels b) => new(a.values * b.values);
}
