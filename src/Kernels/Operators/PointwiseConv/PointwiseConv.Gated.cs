namespace GpuNet.Kernels;

/// <summary>One thread an output, of an input that is gated as it is read.</summary>
internal sealed class PointwiseConvGatedPlain(Device device, PointwiseConv op, int gateInput) : Launcher
{
    private readonly Kernel<View, View, View, View, View, View, int, int, int, EpilogueGeometry> forward =
        op.Epilogue.Activation.Bind(new ForwardBinder(device, op.Storage));
    private readonly PlainEpilogue epilogue = new(device, op);
    private readonly int rows = op.Input.Rows, inputs = op.Input.C, pixels = op.Input.Pixels;

    public override long PreparedElements => epilogue.PreparedElements;

    public override void Prepare(Operands o) => epilogue.Prepare(o);

    public override void Forward(Operands o) => forward.Run(epilogue.Elements, o.Input.View, o.Inputs[gateInput].View, epilogue.Weight(o),
        epilogue.Bias(o), epilogue.Residual(o), o.Output.View, rows, inputs, pixels, epilogue.Geometry);

    public override void Backward(Operands o) => throw new InvalidOperationException("A gated convolution has no backward pass.");

    private sealed class ForwardBinder(Device device, Storage storage)
        : IActivationBinder<Kernel<View, View, View, View, View, View, int, int, int, EpilogueGeometry>>
    {
        public Kernel<View, View, View, View, View, View, int, int, int, EpilogueGeometry> Bind<TActivation>()
            where TActivation : unmanaged, IActivation =>
            storage.Bind<Vectors, Kernel<View, View, View, View, View, View, int, int, int, EpilogueGeometry>>(new StorageBinder<TActivation>(device));
    }

    private sealed class StorageBinder<TActivation>(Device device)
        : IStorageBinder<Kernel<View, View, View, View, View, View, int, int, int, EpilogueGeometry>>
        where TActivation : unmanaged, IActivation
    {
        public Kernel<View, View, View, View, View, View, int, int, int, EpilogueGeometry> Bind<TIn, TAccess, TOut>()
            where TIn : unmanaged, IVectorAccess
            where TAccess : unmanaged, IVectorAccess
            where TOut : unmanaged, IVectorAccess => new(device, PointwiseConvKernels.ForwardGated<TActivation, TIn, TOut>);
    }
}

/// <summary>The input times its gate in scratch memory, then the convolution without one.</summary>
internal sealed class PointwiseConvGatedHost : Launcher
{
    private readonly Launcher scale, convolution;
    private readonly PointwiseConv op;
    private readonly int gateInput;
    private readonly long workspace;
    private Operands? bound, scaleOperands, convolutionOperands;

    public PointwiseConvGatedHost(Device device, PointwiseConv op, Launcher convolution, int gateInput)
    {
        (this.op, this.convolution, this.gateInput) = (op, convolution, gateInput);
        scale = new ChannelScale(op.Input).Bind(device);
        workspace = Arena.Align(op.Input.Bytes) / sizeof(float);
    }

    public override long WorkspaceElements => workspace + convolution.WorkspaceElements;

    public override long PreparedElements => convolution.PreparedElements;

    public override void Prepare(Operands o)
    {
        Bind(o);
        convolution.Prepare(convolutionOperands!);
    }

    public override void Forward(Operands o)
    {
        Bind(o);
        scale.Forward(scaleOperands!);
        convolution.Forward(convolutionOperands!);
    }

    public override void Backward(Operands o) => throw new InvalidOperationException("A gated convolution has no backward pass.");

    // A plan has the same operands in every step.
    private void Bind(Operands o)
    {
        if (ReferenceEquals(bound, o))
            return;
        bound = o;
        Tensor scaled = o.Workspace.Slice(0, op.Input);
        scaleOperands = new Operands { Inputs = [o.Input, o.Inputs[gateInput]], Output = scaled };
        convolutionOperands = new Operands
        {
            Inputs = [scaled, .. o.Inputs.Where((_, i) => i > 0 && i != gateInput)],
            Parameters = o.Parameters,
            Output = o.Output,
            Prepared = o.Prepared,
            Workspace = convolution.WorkspaceElements == 0 ? Tensor.None
                : o.Workspace.Slice(workspace, Shape.Vector(checked((int)convolution.WorkspaceElements))),
        };
    }
}
