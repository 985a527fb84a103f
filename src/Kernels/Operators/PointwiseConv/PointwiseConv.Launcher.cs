using System.Collections.Immutable;

namespace GpuNet.Kernels;

public sealed partial record PointwiseConv
{
    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", device => Gated ? new PointwiseConvGatedPlain(device, this, GateInput) : new PointwiseConvPlain(device, this)),
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
}

/// <summary>One thread an output; linear layers use it too.</summary>
internal sealed class PointwiseConvPlain(Device device, PointwiseConv op) : Launcher
{
    private readonly Kernel<View, View, View, View, View, int, int, EpilogueGeometry> forward = op.Epilogue.Activation.Bind(new ForwardBinder(device, op.Storage));
    private readonly Kernel<View, View, View, int, int, int, int> backwardData = new(device, PointwiseConvKernels.BackwardData);
    private readonly Kernel<View, View, View, int, int, int> backwardWeights = new(device, PointwiseConvKernels.BackwardWeights);
    private readonly Kernel<View, View, int, int> backwardBias = new(device, ChannelSumKernels.Add);
    private readonly PlainEpilogue epilogue = new(device, op);
    private readonly int rows = op.Input.Rows, inputs = op.Input.C, outputs = op.Channels;
    private readonly int inputElements = checked((int)op.Input.Elements);
    private readonly bool bias = op.Bias;

    public override long PreparedElements => epilogue.PreparedElements;

    public override void Prepare(Operands o) => epilogue.Prepare(o);

    public override void Forward(Operands o) => forward.Run(epilogue.Elements, o.Input.View, epilogue.Weight(o), epilogue.Bias(o),
        epilogue.Residual(o), o.Output.View, rows, inputs, epilogue.Geometry);

    public override void Backward(Operands o)
    {
        View dy = o.DOutput.View;
        if (o.DInput.IsWanted)
            backwardData.Run(inputElements, dy, o.Parameters[0].View, o.DInput.Tensor.View, rows, inputs, outputs, o.DInput.AddFlag);
        if (!o.DParameters[0].IsNone)
            backwardWeights.Run(inputs * outputs, o.Input.View, dy, o.DParameters[0].View, rows, inputs, outputs);
        if (bias && !o.DParameters[1].IsNone)
            backwardBias.Run(outputs, dy, o.DParameters[1].View, rows, outputs);
    }

    private sealed class ForwardBinder(Device device, Storage storage)
        : IActivationBinder<Kernel<View, View, View, View, View, int, int, EpilogueGeometry>>
    {
        public Kernel<View, View, View, View, View, int, int, EpilogueGeometry> Bind<TActivation>()
            where TActivation : unmanaged, IActivation =>
            storage.Bind<Vectors, Kernel<View, View, View, View, View, int, int, EpilogueGeometry>>(new StorageBinder<TActivation>(device));
    }

    private sealed class StorageBinder<TActivation>(Device device)
        : IStorageBinder<Kernel<View, View, View, View, View, int, int, EpilogueGeometry>>
        where TActivation : unmanaged, IActivation
    {
        public Kernel<View, View, View, View, View, int, int, EpilogueGeometry> Bind<TIn, TAccess, TOut>()
            where TIn : unmanaged, IVectorAccess
            where TAccess : unmanaged, IVectorAccess
            where TOut : unmanaged, IVectorAccess => new(device, PointwiseConvKernels.Forward<TActivation, TIn, TOut>);
    }
}
