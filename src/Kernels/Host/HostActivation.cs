using System.Runtime.CompilerServices;

namespace GpuNet.Kernels.Host;

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
        public override void Apply(float* values, int count) =>
            LaneLoop.Run<TLanes, ActivateLanes<TActivation>>(new(values, values), count);
    }
}

/// <summary>y = act(x)</summary>
internal readonly unsafe struct ActivateLanes<TActivation>(float* x, float* y) : ILaneBody
    where TActivation : unmanaged, IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Run<T>(nint i)
        where T : unmanaged, ILanes<T> => T.Store(TActivation.Forward(T.Load(x + i)), y + i);
}
