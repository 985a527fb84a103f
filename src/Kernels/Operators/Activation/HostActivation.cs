using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>An activation that host code applies to floats in place.</summary>
internal abstract unsafe class HostActivation
{
    /// <summary>Applies it.</summary>
    /// <param name="values">First float.</param>
    /// <param name="count">How many there are.</param>
    public abstract void Apply(float* values, int count);

    /// <summary>The activation of a kind, in the machine's widest lanes.</summary>
    public static HostActivation Of(ActivationKind kind) =>
        Policies.Create<HostActivation>(typeof(InLanes<,>), [Lanes.Widest, kind.Policy()]);

    private sealed class InLanes<TLanes, TActivation> : HostActivation
        where TLanes : unmanaged, ILanes<TLanes>
        where TActivation : unmanaged, IActivation
    {
        public override void Apply(float* values, int count)
        {
            int i = 0;
            for (; i <= count - TLanes.Count; i += TLanes.Count)
                TLanes.Store(TActivation.Forward(TLanes.Load(values + i)), values + i);
            for (; i < count; i++)
                Lanes1.Store(TActivation.Forward(Lanes1.Load(values + i)), values + i);
        }
    }
}
