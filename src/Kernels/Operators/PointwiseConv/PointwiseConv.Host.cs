namespace GpuNet.Kernels;

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
