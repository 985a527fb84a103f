using System.Runtime.CompilerServices;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>One pass over the elements.</summary>
internal sealed unsafe class ActivationHost<TLanes, TActivation>(Device device, Activation op) : Launcher
    where TLanes : unmanaged, ILanes<TLanes>
    where TActivation : unmanaged, IActivation
{
    private readonly HostPass forward = HostPass.OverElements(device, op.Input, static (o, _, first, count) =>
        LaneLoop.Run<TLanes, ActivateLanes<TActivation>>(new(o.Input.Pointer + first, o.Output.Pointer + first), count));

    private readonly HostPass backward = HostPass.OverElements(device, op.Input, static (o, _, first, count) =>
        LaneLoop.Run<TLanes, Slope>(
            new(o.Input.Pointer + first, o.DOutput.Pointer + first, o.DInput.Tensor.Pointer + first, o.DInput.Adds), count));

    public override void Forward(Operands o) => forward.Run(o);

    public override void Backward(Operands o)
    {
        if (o.DInput.IsWanted)
            backward.Run(o);
    }

    // dx (+)= dy · act'(x)
    private readonly struct Slope(float* x, float* dy, float* dx, bool adds) : ILaneBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<T>(nint i)
            where T : unmanaged, ILanes<T> => LaneStore.SetOrAdd(T.Load(dy + i) * TActivation.Gradient(T.Load(x + i)), dx + i, adds);
    }
}
