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
    // Long enough to stream, short enough that a single image keeps several cores busy.
    private const int StripChannels = 256;

    // Also keeps the rounding error of large images small.
    private const int RunPixels = 32;

    private readonly Workers workers;
    private readonly HostPass forward;
    private readonly int images, pixels, channels, strips;
    private readonly Action<int> backwardPart;
    private Operands current = null!;

    public ChannelScaleHost(Device device, ChannelScale op)
    {
        workers = device.Workers;
        (images, pixels, channels) = (op.Input.N, op.Input.Pixels, op.Input.C);
        strips = (channels + StripChannels - 1) / StripChannels;
        forward = HostPass.OverPixels(device, op.Input, (o, image, first, count) => ScalePixels(o.Inputs[0].Pointer + (first * channels),
            o.Inputs[1].Pointer + ((long)image * channels), o.Output.Pointer + (first * channels), count, channels, false));
        backwardPart = BackwardPart;
    }

    public override void Forward(Operands o) => forward.Run(o);

    public override void Backward(Operands o)
    {
        current = o;
        if (o.DInputs[0].IsWanted || o.DInputs[1].IsWanted)
            workers.Run(images * strips, backwardPart);
    }

    private void BackwardPart(int part)
    {
        (int n, int strip) = Math.DivRem(part, strips);
        int first = strip * StripChannels, width = Math.Min(StripChannels, channels - first);
        long image = ((long)n * pixels * channels) + first, gate = ((long)n * channels) + first;
        Gradient dx = current.DInputs[0], dgate = current.DInputs[1];
        float* sums = stackalloc float[StripChannels];
        new Span<float>(sums, StripChannels).Clear();
        for (int start = 0; start < pixels; start += RunPixels)
        {
            int count = Math.Min(RunPixels, pixels - start);
            long at = image + ((long)start * channels);
            float* dy = current.DOutput.Pointer + at;
            if (dgate.IsWanted)
                LaneLoop.Run<TLanes, AddProducts>(new(current.Inputs[0].Pointer + at, dy, sums, count, channels), width);
            if (dx.IsWanted)
                ScalePixels(dy, current.Inputs[1].Pointer + gate, dx.Tensor.Pointer + at, count, width, dx.Adds);
        }
        if (!dgate.IsWanted)
            return;
        float* target = dgate.Tensor.Pointer + gate;
        for (int c = 0; c < width; c++)
            target[c] = dgate.Adds ? target[c] + sums[c] : sums[c];
    }

    // For the first `width` channels of `count` pixels.
    private void ScalePixels(float* x, float* gate, float* y, int count, int width, bool adds)
    {
        for (int pixel = 0; pixel < count; pixel++, x += channels, y += channels)
            LaneLoop.Run<TLanes, Scale>(new(x, gate, y, adds), width);
    }

    // y (+)= x · gate
    private readonly struct Scale(float* x, float* gate, float* y, bool adds) : ILaneBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<T>(nint c)
            where T : unmanaged, ILanes<T> => LaneStore.SetOrAdd(T.Load(x + c) * T.Load(gate + c), y + c, adds);
    }

    // sums[c] += Σ dy · x
    private readonly struct AddProducts(float* x, float* dy, float* sums, int count, int channels) : ILaneBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<T>(nint c)
            where T : unmanaged, ILanes<T>
        {
            float* a = x + c, b = dy + c;
            T sum = T.Create(0);
            for (int pixel = 0; pixel < count; pixel++, a += channels, b += channels)
                sum = T.MultiplyAdd(T.Load(b), T.Load(a), sum);
            T.Store(T.Load(sums + c) + sum, sums + c);
        }
    }
}
