using System.Runtime.CompilerServices;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>Vectorised; a part is a block of parameters that fits a second-level cache with its gradients and states.</summary>
internal sealed unsafe class HostUpdate<TLanes, TRule> : ElementUpdate
    where TLanes : unmanaged, ILanes<TLanes>
    where TRule : unmanaged, IUpdateRule
{
    // Large enough that handing out a part costs nothing beside it; small enough to spread a small network over the threads.
    private const int Block = 8192;

    private readonly Workers workers;
    private readonly Action<int> updateBlock;
    private UpdateScalars s;
    private float* w, dw, first, second, third;

    public HostUpdate(Device device)
    {
        workers = device.Workers;
        updateBlock = UpdateBlock;
    }

    private protected override void Update(
        Tensor weights, Tensor gradients, Tensor first, Tensor second, Tensor third, UpdateScalars s)
    {
        this.s = s;
        w = weights.Pointer;
        dw = gradients.Pointer;
        this.first = TRule.States > 0 ? first.Pointer : null;
        this.second = TRule.States > 1 ? second.Pointer : null;
        this.third = TRule.States > 2 ? third.Pointer : null;
        workers.Run(((s.Elements - 1) / Block) + 1, updateBlock);
    }

    private void UpdateBlock(int part)
    {
        int at = part * Block, count = Math.Min(s.Elements - at, Block);
        LaneLoop.Run<TLanes, UpdateLanes>(new(w + at, dw + at, first + at, second + at, third + at, s), count);
        if (s.ClearGradient != 0)
            new Span<float>(dw + at, count).Clear();
    }

    private readonly struct UpdateLanes(float* w, float* dw, float* first, float* second, float* third, UpdateScalars s) : ILaneBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<T>(nint i)
            where T : unmanaged, ILanes<T>
        {
            Updated<T> updated = TRule.Apply(T.Load(w + i), UpdateGradient.Of(T.Load(dw + i), s),
                TRule.States > 0 ? T.Load(first + i) : default, TRule.States > 1 ? T.Load(second + i) : default,
                TRule.States > 2 ? T.Load(third + i) : default, s);
            T.Store(updated.Weight, w + i);
            if (TRule.States > 0)
                T.Store(updated.First, first + i);
            if (TRule.States > 1)
                T.Store(updated.Second, second + i);
            if (TRule.States > 2)
                T.Store(updated.Third, third + i);
        }
    }
}
