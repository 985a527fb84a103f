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
    private readonly Float4 a = a, b = b, c = c, d = d;

    public static int Count => 16;

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
        vectors[i] = value.a;
        vectors[i + 1] = value.b;
        vectors[i + 2] = value.c;
        vectors[i + 3] = value.d;
    }

    public static SixteenChannels Where(bool keep, SixteenChannels v) => new(
        ChannelsMath.Where(keep, v.a), ChannelsMath.Where(keep, v.b), ChannelsMath.Where(keep, v.c), ChannelsMath.Where(keep, v.d));

    static SixteenChannels IChannels<SixteenChannels>.Forward<TActivation>(SixteenChannels z) => new(
        ChannelsMath.Forward<TActivation>(z.a), ChannelsMath.Forward<TActivation>(z.b),
        ChannelsMath.Forward<TActivation>(z.c), ChannelsMath.Forward<TActivation>(z.d));

    static SixteenChannels IChannels<SixteenChannels>.Gradient<TActivation>(SixteenChannels z) => new(
        ChannelsMath.Gradient<TActivation>(z.a), ChannelsMath.Gradient<TActivation>(z.b),
        ChannelsMath.Gradient<TActivation>(z.c), ChannelsMath.Gradient<TActivation>(z.d));

    public static SixteenChannels operator +(SixteenChannels x, SixteenChannels y) => new(x.a + y.a, x.b + y.b, x.c + y.c, x.d + y.d);

    public static SixteenChannels operator -(SixteenChannels x, SixteenChannels y) => new(x.a - y.a, x.b - y.b, x.c - y.c, x.d - y.d);

    public static SixteenChannels operator *(SixteenChannels x, SixteenChannels y) => new(x.a * y.a, x.b * y.b, x.c * y.c, x.d * y.d);

    public static SixteenChannels operator *(float x, SixteenChannels y) => new(x * y.a, x * y.b, x * y.c, x * y.d);
}
