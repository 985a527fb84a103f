using System.Collections.Immutable;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

public sealed partial record DepthwiseConv
{
    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", device => new PlainLauncher(device, this)),
        .. DepthwiseTile.Fits(this) ? [RowTile] : ImmutableArray<Candidate>.Empty,
        Candidate.Host(device => Policies.Create<Launcher>(typeof(DepthwiseConvHost<>), [Lanes.Widest], device, this)) with { Needs = _ => Storage == default },
    ];

    // A simulator's barriers cost more than a tile saves it.
    private Candidate RowTile => Candidate.Kernels("RowTile", device => new RowTileLauncher(device, this)) with
    {
        Pays = static device => device.Kind != DeviceKind.Simulator,
    };

    private sealed class PlainLauncher(Device device, DepthwiseConv op) : Launcher
    {
        private readonly Kernel<View, View, View, View, View, WindowGeometry, EpilogueGeometry> forward =
            op.Epilogue.Activation.Bind(new ForwardBinder(device, op.Storage));
        private readonly Kernel<View, View, View, WindowGeometry, int> backwardData = new(device, DepthwiseConvKernels.BackwardData);
        private readonly Kernel<View, View, View, WindowGeometry> backwardWeights = new(device, DepthwiseConvKernels.BackwardWeights);
        private readonly Kernel<View, View, int, int> backwardBias = new(device, ChannelSumKernels.Add);
        private readonly PlainEpilogue epilogue = new(device, op);
        private readonly WindowGeometry geometry = new(op.Input, op.Window, op.Result, op.Input.C);
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
                backwardBias.Run(geometry.C, dy, o.DParameters[1].View, geometry.N * geometry.P * geometry.Q, geometry.C);
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
            where TOut : unmanaged, IVectorAccess => new(device, DepthwiseConvKernels.Forward<TActivation, TIn, TOut>);
    }
}
