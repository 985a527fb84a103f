using System.Runtime.CompilerServices;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>Vectorised; a part is a block of parameters that fits a first-level cache with its gradients and momentum.</summary>
internal sealed unsafe class SgdHost<TLanes> : SgdStep
    where TLanes : unmanaged, ILanes<TLanes>
{
    // Large enough that handing out a part costs nothing beside it; small enough to spread a small network over the threads.
    private const int Block = 8192;

    private readonly Workers workers;
    private readonly Action<int> updateBlock;
    private SgdScalars s;
    private float* w, dw, m;

    public SgdHost(Device device)
    {
        workers = device.Workers;
        updateBlock = UpdateBlock;
    }

    private protected override void Update(Tensor weights, Tensor gradients, Tensor momentum, SgdArguments arguments)
    {
        int elements = checked((int)weights.Shape.Elements);
        if (elements == 0)
            return;
        s = new SgdScalars(arguments, elements);
        w = weights.Pointer;
        dw = gradients.Pointer;
        m = momentum.Pointer;
        workers.Run(((elements - 1) / Block) + 1, updateBlock);
    }

    private void UpdateBlock(int part)
    {
        int first = part * Block, count = Math.Min(s.Elements - first, Block);
        LaneLoop.Run<TLanes, UpdateLanes>(new(w + first, dw + first, m + first, s), count);
        if (s.ClearGradient != 0)
            new Span<float>(dw + first, count).Clear();
    }

    private readonly struct UpdateLanes(float* w, float* dw, float* m, SgdScalars s) : ILaneBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<T>(nint i)
            where T : unmanaged, ILanes<T>
        {
            T weight = T.Load(w + i);
            T gradient = T.MultiplyAdd(T.Create(s.Decay), weight, T.Load(dw + i));
            T momentum = s.Kept == 0 ? gradient : T.MultiplyAdd(T.Create(s.Kept), T.Load(m + i), gradient);
            T.Store(momentum, m + i);
            T step = T.MultiplyAdd(T.Create(s.GradientShare), gradient, T.Create(s.MomentumShare) * momentum);
            T.Store(T.MultiplyAdd(T.Create(-s.LearningRate), step, weight), w + i);
        }
    }
}
