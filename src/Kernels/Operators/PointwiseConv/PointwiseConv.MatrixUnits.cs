namespace GpuNet.Kernels;

/// <summary>The three products of a pointwise convolution on tf32 matrix units; linear layers use it too.</summary>
internal sealed class PointwiseConvMatrixUnits : Launcher
{
    private readonly Kernel<View, View, View, View, View, MatrixUnitGeometry, EpilogueGeometry> forward;
    private readonly MatrixUnitProduct? backwardData;
    private readonly MatrixUnitProduct? backwardWeights;
    private readonly BiasGradient? backwardBias;
    private readonly LaunchedEpilogue epilogue;
    private readonly MatrixUnitGeometry geometry;
    private readonly GroupCount groups;

    public PointwiseConvMatrixUnits(Device device, PointwiseConv op)
    {
        int rows = op.Input.Rows, inputs = op.Input.C, outputs = op.Channels;
        epilogue = new LaunchedEpilogue(device, op);
        MatrixUnitTile tile = MatrixUnitTile.For(device, rows, outputs);
        geometry = new MatrixUnitGeometry(rows, outputs, inputs, inputs, outputs, tile.ColumnTiles(outputs), inputs);
        groups = new GroupCount(tile.Groups(rows, outputs));
        bool isVector = ((inputs | outputs) & 3) == 0;
        Type access = Access.Policy(isVector && epilogue.Geometry.IsVector);
        forward = new(device, Policies.Close(MatrixUnitKernels.Forward<MatrixTile64x32, Vectors, SumEpilogue<Vectors>>,
            tile.Policy, access, Epilogues.Policy(op.Epilogue, access)), tile.GroupSize);
        if (op.IsInferenceOnly)
            return;
        backwardData = new(device, typeof(DepthRows), rows, inputs, outputs, outputs, outputs, isVector, inPlanes: false);
        backwardWeights = new(device, typeof(OuterRows), inputs, outputs, rows, inputs, outputs, isVector, inPlanes: true);
        if (op.Bias)
            backwardBias = new BiasGradient(device, rows, outputs);
    }

    public override long WorkspaceElements => Math.Max(backwardWeights?.WorkspaceElements ?? 0, backwardBias?.WorkspaceElements ?? 0);

    public override long PreparedElements => epilogue.PreparedElements;

    public override void Prepare(Operands o) => epilogue.Prepare(o);

    public override void Forward(Operands o) => forward.Run(groups, o.Input.View, epilogue.Weight(o), epilogue.Bias(o),
        epilogue.Residual(o), o.Output.View, geometry, epilogue.Geometry);

    public override void Backward(Operands o)
    {
        View dy = o.DOutput.View;
        if (o.DInput.IsWanted)
            backwardData!.Run(dy, o.Parameters[0].View, o.DInput.Tensor.View, o.DInput.Adds, Tensor.None);
        if (!o.DParameters[0].IsNone)
            backwardWeights!.Run(o.Input.View, dy, o.DParameters[0].View, true, o.Workspace);
        if (backwardBias is not null && !o.DParameters[1].IsNone)
            backwardBias.Run(dy, o.DParameters[1].View, o.Workspace.View);
    }
}
