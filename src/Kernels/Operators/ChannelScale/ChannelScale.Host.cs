using System.Runtime.CompilerServices;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>
/// Forward streams over blocks of pixels. Backward takes an image's strip of channels in runs of pixels: the gate's sums read a run
/// from memory, and the input's gradient finds it in the cache.
/// </summary>
internal sealed unsafe class ChannelScaleHost<TLanes> : Launcher
    where TLanes : unmanaged, ILanes<TLanes>
{
    // 64 KiB a stream: far above the cost of handing out a part, and small enough to spread over many cores.
    private const int PartElements = 16384;

    // Long enough to stream, short enough that a single image keeps several cores busy.
    private const int StripChannels = 256;

    // Also keeps the rounding error of large images small.
    private const int Run = 32;

    private readonly Workers workers;
    private readonly int images, pixels, channels, blocks, strips;
    private readonly Action<int> forwardPart, backwardPart;
    private Operands current = null!;

    public ChannelScaleHost(Device device, ChannelScale op)
    {
        workers = device.Workers;
        (images, pixels, channels) = (op.Input.N, op.Input.Pixels, op.Input.C);
        blocks = (int)Math.Clamp((long)pixels * channels / PartElements, 1, pixels);
        strips = (channels + StripChannels - 1) / StripChannels;
        forwardPart = ForwardPart;
        backwardPart = BackwardPart;
    }

    public override void Forward(Operands o)
    {
        current = o;
        workers.Run(images * blocks, forwardPart);
    }

    public override void Backward(Operands o)
    {
        current = o;
        if (o.DInputs[0].IsWanted || o.DInputs[1].IsWanted)
            workers.Run(images * strips, backwardPart);
    }

    private void ForwardPart(int part)
    {
        (int n, int block) = Math.DivRem(part, blocks);
        int first = (int)((long)pixels * block / blocks), end = (int)((long)pixels * (block + 1) / blocks);
        long start = (((long)n * pixels) + first) * channels;
        Scale(current.Inputs[0].Pointer + start, current.Inputs[1].Pointer + ((long)n * channels), current.Output.Pointer + start,
            end - first, channels, false);
    }

    private void BackwardPart(int part)
    {
        (int n, int strip) = Math.DivRem(part, strips);
        int first = strip * StripChannels, width = Math.Min(StripChannels, channels - first);
        long image = ((long)n * pixels * channels) + first, gate = ((long)n * channels) + first;
        Gradient dx = current.DInputs[0], dgate = current.DInputs[1];
        float* sums = stackalloc float[StripChannels];
        new Span<float>(sums, StripChannels).Clear();
        for (int start = 0; start < pixels; start += Run)
        {
            int count = Math.Min(Run, pixels - start);
            long at = image + ((long)start * channels);
            float* dy = current.DOutput.Pointer + at;
            if (dgate.IsWanted)
                AddProducts(current.Inputs[0].Pointer + at, dy, sums, count, width);
            if (dx.IsWanted)
                Scale(dy, current.Inputs[1].Pointer + gate, dx.Tensor.Pointer + at, count, width, dx.Adds);
        }
        if (!dgate.IsWanted)
            return;
        float* target = dgate.Tensor.Pointer + gate;
        for (int c = 0; c < width; c++)
            target[c] = dgate.Adds ? target[c] + sums[c] : sums[c];
    }

    // y (+)= x · gate, for the first `width` channels of `count` pixels.
    private void Scale(float* x, float* gate, float* y, int count, int width, bool add)
    {
        for (int pixel = 0; pixel < count; pixel++, x += channels, y += channels)
        {
            int c = 0;
            for (; c <= width - TLanes.Count; c += TLanes.Count)
                ScaleLanes<TLanes>(x + c, gate + c, y + c, add);
            for (; c < width; c++)
                ScaleLanes<Lanes1>(x + c, gate + c, y + c, add);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ScaleLanes<T>(float* x, float* gate, float* y, bool add)
        where T : unmanaged, ILanes<T>
    {
        T value = T.Load(x) * T.Load(gate);
        T.Store(add ? T.Load(y) + value : value, y);
    }

    // sums[c] += Σ dy · x
    private void AddProducts(float* x, float* dy, float* sums, int count, int width)
    {
        int c = 0;
        for (; c <= width - TLanes.Count; c += TLanes.Count)
            AddProductsOf<TLanes>(x + c, dy + c, sums + c, count);
        for (; c < width; c++)
            AddProductsOf<Lanes1>(x + c, dy + c, sums + c, count);
    }

    private void AddProductsOf<T>(float* x, float* dy, float* sums, int count)
        where T : unmanaged, ILanes<T>
    {
        T sum = T.Create(0);
        for (int pixel = 0; pixel < count; pixel++, x += channels, dy += channels)
            sum = T.MultiplyAdd(T.Load(dy), T.Load(x), sum);
        T.Store(T.Load(sums) + sum, sums);
    }
}
