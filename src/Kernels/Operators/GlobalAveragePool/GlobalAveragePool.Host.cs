using System.Runtime.CompilerServices;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>Forward, a part is a strip of channels of one image; its sums stay in registers while the pixels stream by.</summary>
internal sealed unsafe class GlobalAveragePoolHost<TLanes> : Launcher
    where TLanes : unmanaged, ILanes<TLanes>
{
    // Long enough to stream, short enough that a single image keeps several cores busy.
    private const int StripChannels = 256;

    // Pixels are added up in runs of this length first, which keeps the rounding error of large images small.
    private const int RunPixels = 32;

    private readonly Workers workers;
    private readonly int images, pixels, channels, strips;
    private readonly Action<int> forwardPart;
    private readonly HostPass backward;
    private Operands current = null!;

    public GlobalAveragePoolHost(Device device, GlobalAveragePool op)
    {
        workers = device.Workers;
        (images, pixels, channels) = (op.Input.N, op.Input.Pixels, op.Input.C);
        strips = (channels + StripChannels - 1) / StripChannels;
        forwardPart = ForwardPart;
        backward = HostPass.OverPixels(device, op.Input, BackwardPixels);
    }

    public override void Forward(Operands o)
    {
        current = o;
        workers.Run(images * strips, forwardPart);
    }

    public override void Backward(Operands o)
    {
        if (o.DInput.IsWanted)
            backward.Run(o);
    }

    private void ForwardPart(int part)
    {
        (int n, int strip) = Math.DivRem(part, strips);
        int c = strip * StripChannels, end = Math.Min(c + StripChannels, channels);
        float* x = current.Input.Pointer + ((long)n * pixels * channels);
        float* y = current.Output.Pointer + ((long)n * channels);
        for (; c <= end - (4 * TLanes.Count); c += 4 * TLanes.Count)
            FourMeans(x + c, y + c);
        for (; c <= end - TLanes.Count; c += TLanes.Count)
            Mean<TLanes>(x + c, y + c);
        for (; c < end; c++)
            Mean<Lanes1>(x + c, y + c);
    }

    private void FourMeans(float* x, float* y)
    {
        int n = TLanes.Count;
        TLanes zero = TLanes.Create(0), s0 = zero, s1 = zero, s2 = zero, s3 = zero;
        for (int start = 0; start < pixels; start += RunPixels)
        {
            TLanes a0 = zero, a1 = zero, a2 = zero, a3 = zero;
            for (int i = Math.Min(RunPixels, pixels - start); i > 0; i--, x += channels)
            {
                a0 += TLanes.Load(x);
                a1 += TLanes.Load(x + n);
                a2 += TLanes.Load(x + (2 * n));
                a3 += TLanes.Load(x + (3 * n));
            }
            (s0, s1, s2, s3) = (s0 + a0, s1 + a1, s2 + a2, s3 + a3);
        }
        TLanes count = TLanes.Create(pixels);
        TLanes.Store(s0 / count, y);
        TLanes.Store(s1 / count, y + n);
        TLanes.Store(s2 / count, y + (2 * n));
        TLanes.Store(s3 / count, y + (3 * n));
    }

    private void Mean<T>(float* x, float* y)
        where T : unmanaged, ILanes<T>
    {
        T sum = T.Create(0);
        for (int start = 0; start < pixels; start += RunPixels)
        {
            T run = T.Create(0);
            for (int i = Math.Min(RunPixels, pixels - start); i > 0; i--, x += channels)
                run += T.Load(x);
            sum += run;
        }
        T.Store(sum / T.Create(pixels), y);
    }

    private void BackwardPixels(Operands o, int image, long first, int count)
    {
        float* dy = o.DOutput.Pointer + ((long)image * channels), dx = o.DInput.Tensor.Pointer + (first * channels);
        for (int pixel = 0; pixel < count; pixel++, dx += channels)
            LaneLoop.Run<TLanes, Spread>(new(dy, pixels, dx, o.DInput.Adds), channels);
    }

    // dx (+)= dy / pixels
    private readonly struct Spread(float* dy, int pixels, float* dx, bool adds) : ILaneBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<T>(nint c)
            where T : unmanaged, ILanes<T> => LaneStore.SetOrAdd(T.Load(dy + c) / T.Create(pixels), dx + c, adds);
    }
}
