using System.Collections.Immutable;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

public sealed partial record Convolution
{
    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", device => new PlainConvolution(device, this, Geometry,
            ConvolutionKernels.Forward<Input<Vectors, Vectors, NoPrologue>, SumEpilogue<Vectors>>,
            ConvolutionKernels.BackwardData, ConvolutionKernels.BackwardWeights)),
        .. Tiles(),
        Candidate.Host(OnHost) with { Needs = _ => Storage == default },
    ];

    /// <summary>
    /// The candidates by tiles, which pointwise convolutions and linear layers share. Registers alone suit processors, and products too
    /// shallow or narrow to fill a tile of shared memory; products of which a GPU has fewer tiles than multiprocessors are split.
    /// </summary>
    /// <param name="gateInput">Which input is a gate that the first is multiplied by as it is read; 0 where there is none.</param>
    internal ImmutableArray<Candidate> Tiles(int gateInput = 0) =>
    [
        Candidate.Kernels("RegisterTile", device => new ConvolutionProducts(device, this, ProductTile.Register, gateInput)) with
        {
            Pays = static device => device.Kind != DeviceKind.Simulator,
        },
        Candidate.Kernels("SharedTile", device => new ConvolutionProducts(device, this, ProductTile.Shared, gateInput)) with
        {
            Needs = SharedTile.RunsOn,
            Pays = device => FillsSharedTiles && IsGpu(device),
        },
        Candidate.Kernels("SplitK", device => new ConvolutionProducts(device, this, ProductTile.SharedSplit, gateInput)) with
        {
            Needs = SharedTile.RunsOn,
            Pays = device =>
                FillsSharedTiles && IsGpu(device) && SharedProduct.IsThin(device, ProductGeometry.Forward(this, joins: false), Groups),
        },
    ];

    /// <summary>Host code; pointwise convolutions and linear layers use it too.</summary>
    internal Launcher OnHost(Device device) => Policies.Create<Launcher>(typeof(ConvolutionHost<>), [Lanes.Widest], device, this);

    private WindowGeometry Geometry => new(Input, Window, Result, Groups);

    private bool FillsSharedTiles => Input.C / Groups >= 8 && Channels / Groups >= 8;

    private static bool IsGpu(Device device) => device.Kind is DeviceKind.Cuda or DeviceKind.OpenCL && !device.Info.IsProcessor;
}
