using System.Runtime.CompilerServices;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>One pass over the elements, in parts of a fixed size.</summary>
internal sealed unsafe class ActivationHost<TLanes, TActivation> : Launcher
    where TLanes : unmanaged, ILanes<TLanes>
    where TActivation : unmanaged, IActivation
{
    // 64 KiB a stream: far above the cost of handing out a part, and small enough to spread over many cores.
    private const int PartElements = 16384;

    private readonly Workers workers;
    private readonly long count;
    private readonly int parts;
    private readonly Action<int> forwardPart, backwardPart;
    private Operands current = null!;

    public ActivationHost(Device device, Activation op)
    {
        workers = device.Workers;
        count = op.Input.Elements;
        parts = checked((int)((count + PartElements - 1) / PartElements));
        forwardPart = ForwardPart;
        backwardPart = BackwardPart;
    }

    public override void Forward(Operands o)
    {
        current = o;
        workers.Run(parts, forwardPart);
    }

    public override void Backward(Operands o)
    {
        current = o;
        if (o.DInput.IsWanted)
            workers.Run(parts, backwardPart);
    }

    private void ForwardPart(int part)
    {
        long first = (long)part * PartElements;
        int length = (int)Math.Min(PartElements, count - first), i = 0;
        float* x = current.Input.Pointer + first;
        float* y = current.Output.Pointer + first;
        for (; i <= length - TLanes.Count; i += TLanes.Count)
            TLanes.Store(TActivation.Forward(TLanes.Load(x + i)), y + i);
        for (; i < length; i++)
            Lanes1.Store(TActivation.Forward(Lanes1.Load(x + i)), y + i);
    }

    private void BackwardPart(int part)
    {
        long first = (long)part * PartElements;
        int length = (int)Math.Min(PartElements, count - first), i = 0;
        float* x = current.Input.Pointer + first;
        float* dy = current.DOutput.Pointer + first;
        float* dx = current.DInput.Tensor.Pointer + first;
        bool add = current.DInput.Adds;
        for (; i <= length - TLanes.Count; i += TLanes.Count)
            BackwardLanes<TLanes>(x + i, dy + i, dx + i, add);
        for (; i < length; i++)
            BackwardLanes<Lanes1>(x + i, dy + i, dx + i, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void BackwardLanes<T>(float* x, float* dy, float* dx, bool add)
        where T : unmanaged, ILanes<T>
    {
        T value = T.Load(dy) * TActivation.Gradient(T.Load(x));
        T.Store(add ? T.Load(dx) + value : value, dx);
    }
}
