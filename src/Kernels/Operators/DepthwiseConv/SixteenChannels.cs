using ILGPU;

namespace GpuNet.Kernels;

/// <summary>
/// Sixteen channels, for processors: their compilers make of it the widest register there is, while a GPU would run out of registers.
/// </summary>
/// <param name="a">Channels 0 to 3.</param>
/// <param name="b">Channels 4 to 7.</param>
/// <param name="c">Channels 8 to 11.</param>
/// <param name="d">Channels 12 to 15.</param>
internal readonly struct SixteenChannels(Float4 a, Float4 b, Float4 c, Float4 d) : IChannels<SixteenChannels>
{
    public readonly Float4 A = a, B = b, C = c, D = d;

    public static int Count => 16;

    public static bool IsGuarded => false;

    public static SixteenChannels Of(float value) => new(Float4.Of(value), Float4.Of(value), Float4.Of(value), Float4.Of(value));

    public static SixteenChannels Load(View view, int at, int count)
    {
        ArrayView<Float4> vectors = view.Cast<Float4>();
        int i = at >> 2;
        return new(vectors[i], vectors[i + 1], vectors[i + 2], vectors[i + 3]);
    }

    public static void Store(View view, int at, SixteenChannels value, int count)
    {
        ArrayView<Float4> vectors = view.Cast<Float4>();
        int i = at >> 2;
        vectors[i] = value.A;
        vectors[i + 1] = value.B;
        vectors[i + 2] = value.C;
        vectors[i + 3] = value.D;
    }

    public static SixteenChannels Where(bool keep, SixteenChannels v) => new(
        ChannelsMath.Where(keep, v.A), ChannelsMath.Where(keep, v.B), ChannelsMath.Where(keep, v.C), ChannelsMath.Where(keep, v.D));

    static SixteenChannels IChannels<SixteenChannels>.Forward<TActivation>(SixteenChannels z) => new(
        ChannelsMath.Forward<TActivation>(z.A), ChannelsMath.Forward<TActivation>(z.B),
        ChannelsMath.Forward<TActivation>(z.C), ChannelsMath.Forward<TActivation>(z.D));

    public static SixteenChannels operator +(SixteenChannels x, SixteenChannels y) => new(x.A + y.A, x.B + y.B, x.C + y.C, x.D + y.D);

    public static SixteenChannels operator *(SixteenChannels x, SixteenChannels y) => new(x.A * y.A, x.B * y.B, x.C * y.C, x.D * y.D);
}
