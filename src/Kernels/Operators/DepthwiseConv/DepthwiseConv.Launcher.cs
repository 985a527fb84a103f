using System.Collections.Immutable;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

public sealed partial record DepthwiseConv
{
    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", device => new PlainConvolution(device, this, new WindowGeometry(Input, Window, Result, Input.C),
            DepthwiseConvKernels.Forward<Input<Vectors, Vectors, NoPrologue>, SumEpilogue<Vectors>>,
            DepthwiseConvKernels.BackwardData, DepthwiseConvKernels.BackwardWeights)),
        .. DepthwiseTile.Fits(this) ? [RowTile] : ImmutableArray<Candidate>.Empty,
        Candidate.Host(device => Policies.Create<Launcher>(typeof(DepthwiseConvHost<>), [Lanes.Widest], device, this))
            with { Needs = _ => Storage == default },
    ];

    // A simulator's barriers cost more than a tile saves it.
    private Candidate RowTile => Candidate.Kernels("RowTile", device => new RowTileLauncher(device, this)) with
    {
        Pays = static device => device.Kind != DeviceKind.Simulator,
    };
}
