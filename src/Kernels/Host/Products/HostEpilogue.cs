using System.Runtime.CompilerServices;

namespace GpuNet.Kernels.Host;

/// <summary>
/// An epilogue as host loops apply it: bounds, which the inner loop applies to registers, and for smooth activations and residuals
/// a second pass over a block of the result while it is in the first-level cache.
/// </summary>
internal sealed unsafe class HostEpilogue<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    private readonly SecondPass? secondPass;

    /// <summary>Splits the epilogue.</summary>
    public HostEpilogue(Epilogue epilogue)
    {
        ActivationKind rest = epilogue.Activation;
        if (epilogue.Residual != ResidualOrder.BeforeActivation && rest is ActivationKind.Relu or ActivationKind.Relu6)
        {
            (Clamps, High) = (true, rest == ActivationKind.Relu6 ? 6f : float.PositiveInfinity);
            rest = ActivationKind.Identity;
        }
        if (rest != ActivationKind.Identity || epilogue.Residual != ResidualOrder.None)
            secondPass = Policies.Create<SecondPass>(typeof(SecondPass<>), [typeof(TLanes), rest.Policy()], epilogue.Residual);
    }

    /// <summary>Whether the inner loop moves values into [0, <see cref="High"/>].</summary>
    public bool Clamps { get; }

    /// <summary>The upper bound.</summary>
    public float High { get; }

    /// <summary>Lets a register tile apply the bounds.</summary>
    public void Bound(ref TileOperands tile)
    {
        tile.Clamps = Clamps;
        tile.High = High;
    }

    /// <summary>Does what the bounds have left to do, in place.</summary>
    /// <param name="values">First value of a block.</param>
    /// <param name="stride">Distance between its rows.</param>
    /// <param name="residual">The residual of the first value, if there is one.</param>
    /// <param name="residualStride">Distance between the residual's rows.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    public void Apply(float* values, nint stride, float* residual, nint residualStride, int rows, int columns) =>
        secondPass?.Apply(values, stride, residual, residualStride, rows, columns);

    private abstract class SecondPass
    {
        public abstract void Apply(float* values, nint stride, float* residual, nint residualStride, int rows, int columns);
    }

    private sealed class SecondPass<TActivation>(ResidualOrder order) : SecondPass
        where TActivation : unmanaged, IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Apply(float* values, nint stride, float* residual, nint residualStride, int rows, int columns)
        {
            int full = columns - (columns % TLanes.Count);
            for (; rows > 0; rows--, values += stride, residual += residualStride)
            {
                for (int i = 0; i < full; i += TLanes.Count)
                {
                    TLanes other = order == ResidualOrder.None ? TLanes.Create(0) : TLanes.Load(residual + i);
                    TLanes.Store(Result(TLanes.Load(values + i), other), values + i);
                }
                // By a masked register, where LaneLoop goes lane by lane: rows are often a few registers long.
                if (full < columns)
                {
                    int count = columns - full;
                    TLanes other = order == ResidualOrder.None ? TLanes.Create(0) : TLanes.LoadFirst(residual + full, count);
                    TLanes.StoreFirst(Result(TLanes.LoadFirst(values + full, count), other), values + full, count);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private TLanes Result(TLanes value, TLanes residual) => order == ResidualOrder.BeforeActivation
            ? TActivation.Forward(value + residual)
            : TActivation.Forward(value) + residual;
    }
}
