using System.Collections.Immutable;

namespace GpuNet.Kernels;

public sealed partial record PointwiseConv
{
    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", Plain),
        .. AsConvolution.Tiles(GateInput),
        Candidate.Kernels("MatrixUnits", device => new PointwiseConvMatrixUnits(device, this)) with
        {
            Needs = device => !Gated && Storage == default && MatrixUnitTile.RunsOn(device),
        },
        Candidate.Host(device => Gated
            ? new PointwiseConvGatedHost(device, this, AsConvolution.OnHost(device), GateInput)
            : AsConvolution.OnHost(device)) with { Needs = _ => Storage == default },
    ];

    /// <summary>The convolution of a single tap that it is.</summary>
    internal Convolution AsConvolution => new(Input, Channels, new Window(1), 1, Bias) { Epilogue = Epilogue, Storage = Storage };

    /// <summary>One thread an output; linear layers use it too.</summary>
    internal Launcher Plain(Device device) =>
        new PlainConvolution(device, this, new WindowGeometry(Input, new Window(1), Result, groups: 1),
            PointwiseConvKernels.Forward<Input<Vectors, Vectors, NoPrologue>, SumEpilogue<Vectors>>,
            PointwiseConvKernels.BackwardData, PointwiseConvKernels.BackwardWeights, GateInput);
}
