using System.Collections.Immutable;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

public sealed partial record Convolution
{
    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", device => new PlainLauncher(device, this)),
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
            Needs = SharedProduct.Fits,
            Pays = device => FillsSharedTiles && IsGpu(device),
        },
        Candidate.Kernels("SplitK", device => new ConvolutionProducts(device, this, ProductTile.SharedSplit, gateInput)) with
        {
            Needs = SharedProduct.Fits,
            Pays = device => FillsSharedTiles && IsGpu(device) && SharedProduct.IsThin(device, ProductGeometry.Forward(this, joins: false), Groups),
        },
    ];

    /// <summary>Host code; pointwise convolutions and linear layers use it too.</summary>
    internal Launcher OnHost(Device device) => Policies.Create<Launcher>(typeof(ConvolutionHost<>), [Lanes.Widest], device, this);

    private bool FillsSharedTiles => Input.C / Groups >= 8 && Channels / Groups >= 8;

    private static bool IsGpu(Device device) => device.Kind is DeviceKind.Cuda or DeviceKind.OpenCL && !device.Info.IsProcessor;

    private sealed class PlainLauncher(Device device, Convolution op) : Launcher
    {
        private readonly Kernel<View, View, View, View, View, WindowGeometry, EpilogueGeometry> forward =
            op.Epilogue.Activation.Bind(new ForwardBinder(device, op.Storage));
        private readonly Kernel<View, View, View, WindowGeometry, int> backwardData = new(device, ConvolutionKernels.BackwardData);
        private readonly Kernel<View, View, View, WindowGeometry> backwardWeights = new(device, ConvolutionKernels.BackwardWeights);
        private readonly Kernel<View, View, int, int> backwardBias = new(device, ChannelSumKernels.Add);
        private readonly PlainEpilogue epilogue = new(device, op);
        private readonly WindowGeometry geometry = new(op.Input, op.Window, op.Result, op.Groups);
        private readonly int inputs = checked((int)op.Input.Elements);
        private readonly bool bias = op.Bias;

        public override long PreparedElements => epilogue.PreparedElements;

        public override void Prepare(Operands o) => epilogue.Prepare(o);

        public override void Forward(Operands o) => forward.Run(epilogue.Elements, o.Input.View, epilogue.Weight(o), epilogue.Bias(o),
            epilogue.Residual(o), o.Output.View, geometry, epilogue.Geometry);

        public override void Backward(Operands o)
        {
            View dy = o.DOutput.View;
            if (o.DInput.IsWanted)
                backwardData.Run(inputs, dy, o.Parameters[0].View, o.DInput.Tensor.View, geometry, o.DInput.AddFlag);
            if (!o.DParameters[0].IsNone)
                backwardWeights.Run((int)o.DParameters[0].Shape.Elements, o.Input.View, dy, o.DParameters[0].View, geometry);
            if (bias && !o.DParameters[1].IsNone)
                backwardBias.Run(geometry.K, dy, o.DParameters[1].View, geometry.N * geometry.P * geometry.Q, geometry.K);
        }
    }

    private sealed class ForwardBinder(Device device, Storage storage)
        : IActivationBinder<Kernel<View, View, View, View, View, WindowGeometry, EpilogueGeometry>>
    {
        public Kernel<View, View, View, View, View, WindowGeometry, EpilogueGeometry> Bind<TActivation>()
            where TActivation : unmanaged, IActivation =>
            storage.Bind<Vectors, Kernel<View, View, View, View, View, WindowGeometry, EpilogueGeometry>>(new StorageBinder<TActivation>(device));
    }

    private sealed class StorageBinder<TActivation>(Device device)
        : IStorageBinder<Kernel<View, View, View, View, View, WindowGeometry, EpilogueGeometry>>
        where TActivation : unmanaged, IActivation
    {
        public Kernel<View, View, View, View, View, WindowGeometry, EpilogueGeometry> Bind<TIn, TAccess, TOut>()
            where TIn : unmanaged, IVectorAccess
            where TAccess : unmanaged, IVectorAccess
            where TOut : unmanaged, IVectorAccess => new(device, ConvolutionKernels.Forward<TActivation, TIn, TOut>);
    }
}
