namespace GpuNet.Kernels;

/// <summary>
/// Convolution as matrix products whose rows are gathered as they are read; pointwise and linear layers are one of a single tap.
/// </summary>
internal sealed class ConvolutionProducts : Launcher
{
    private readonly LaunchedEpilogue epilogue;
    private readonly Product forward;
    private readonly WeightTranspose? transpose;
    private readonly Product? backwardData;
    private readonly WeightProduct? backwardWeights;
    private readonly BiasGradient? backwardBias;
    private readonly int gateInput, inputs, transposedWeights;

    /// <summary>Loads the kernels.</summary>
    /// <param name="device">Where to run.</param>
    /// <param name="op">The convolution.</param>
    /// <param name="tile">What the tiles of a product are made of.</param>
    /// <param name="gateInput">
    /// Which input is a gate that the first is multiplied by as it is read, at inference only; 0 where there is none.
    /// </param>
    public ConvolutionProducts(Device device, Convolution op, ProductTile tile, int gateInput)
    {
        this.gateInput = gateInput;
        var product = ProductGeometry.Forward(op, joins: true);
        epilogue = new LaunchedEpilogue(device, op);
        forward = Create(tile, device, [product], op.Groups, epilogue.Geometry, op, gateInput > 0);
        WorkspaceElements = forward.WorkspaceElements;
        if (op.IsInferenceOnly || gateInput > 0)
            return;
        inputs = op.Input.C;
        transpose = new WeightTranspose(device, op);
        transposedWeights = (int)(Arena.Align(op.Parameters[0].Shape.Bytes) / sizeof(float));
        backwardData = Create(tile, device, ProductGeometry.Backward(op), op.Groups, new EpilogueGeometry(inputs, adds: false), null,
            false);
        backwardWeights = tile == ProductTile.Register
            ? new RegisterWeightProduct(device, product, op.Groups)
            : new SharedWeightProduct(device, product, op.Groups);
        WorkspaceElements = Math.Max(WorkspaceElements,
            Math.Max(transposedWeights + backwardData.WorkspaceElements, backwardWeights.WorkspaceElements));
        if (!op.Bias)
            return;
        backwardBias = new BiasGradient(device, product.Rows, op.Channels);
        WorkspaceElements = Math.Max(WorkspaceElements, backwardBias.WorkspaceElements);
    }

    // For partial sums; backward has transposed weights before those of the input's gradient.
    public override long WorkspaceElements { get; }

    public override long PreparedElements => epilogue.PreparedElements;

    public override void Prepare(Operands o) => epilogue.Prepare(o);

    public override void Forward(Operands o)
    {
        View x = o.Input.View;
        forward.Run(x, gateInput > 0 ? o.Inputs[gateInput].View : x, epilogue.Weight(o), epilogue.Bias(o), epilogue.Residual(o),
            o.Output.View, epilogue.Geometry, o.Workspace.IsNone ? x : o.Workspace.View);
    }

    public override void Backward(Operands o)
    {
        View dy = o.DOutput.View, workspace = o.Workspace.View;
        if (o.DInput.IsWanted)
        {
            View transposed = workspace.SubView(0, transpose!.Elements), dx = o.DInput.Tensor.View;
            transpose.Run(o.Parameters[0].View, transposed);
            View rest = backwardData!.WorkspaceElements > 0
                ? workspace.SubView(transposedWeights, backwardData.WorkspaceElements)
                : transposed;
            backwardData.Run(dy, dy, transposed, transposed, dx, dx, new EpilogueGeometry(inputs, o.DInput.Adds), rest);
        }
        if (!o.DParameters[0].IsNone)
            backwardWeights!.Run(o.Input.View, dy, o.DParameters[0].View, workspace);
        if (backwardBias is not null && !o.DParameters[1].IsNone)
            backwardBias.Run(dy, o.DParameters[1].View, workspace);
    }

    // The gradient of the input is a product of floats without an epilogue.
    private static Product Create(
        ProductTile tile, Device device, IEnumerable<ProductGeometry> products, int groups, EpilogueGeometry geometry, Convolution? op,
        bool gated)
    {
        Epilogue epilogue = op?.Epilogue ?? Epilogue.None;
        Storage storage = op?.Storage ?? default;
        Type? prologue = gated ? typeof(GatePrologue) : null;
        return tile == ProductTile.Register
            ? new RegisterProduct(device, products, groups, geometry, epilogue, storage, prologue)
            : new SharedProduct(device, products, groups, geometry, epilogue, storage, prologue, splits: tile == ProductTile.SharedSplit);
    }
}

/// <summary>Where the tiles of a convolution's products lie.</summary>
internal enum ProductTile
{
    /// <summary>In the registers of each thread: <see cref="RegisterProduct"/>.</summary>
    Register,

    /// <summary>In the memory that a group shares: <see cref="SharedProduct"/>.</summary>
    Shared,

    /// <summary>The same, with the depth of thin products split among groups.</summary>
    SharedSplit,
}
