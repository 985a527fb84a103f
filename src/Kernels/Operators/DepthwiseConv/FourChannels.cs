namespace GpuNet.Kernels;

/// <summary>Four channels, read and written as one vector: the channels of a tensor are a multiple of four.</summary>
/// <param name="values">The channels.</param>
internal readonly struct FourChannels(Float4 values) : IChannels<FourChannels>
{
    public readonly Float4 Values = values;

    public static int Count => 4;

    public static bool IsGuarded => false;

    public static FourChannels Of(float value) => new(Float4.Of(value));

    public static FourChannels Load(View view, int at, int count) => new(view.Cast<Float4>()[at >> 2]);

    public static void Store(View view, int at, FourChannels value, int count) => view.Cast<Float4>()[at >> 2] = value.Values;

    public static FourChannels Where(bool keep, FourChannels value) => new(ChannelsMath.Where(keep, value.Values));

    static FourChannels IChannels<FourChannels>.Forward<TActivation>(FourChannels z) => new(ChannelsMath.Forward<TActivation>(z.Values));

    public static FourChannels operator +(FourChannels a, FourChannels b) => new(a.Values + b.Values);

    public static FourChannels operator *(FourChannels a, FourChannels b) => new(a.Values * b.Values);
}
