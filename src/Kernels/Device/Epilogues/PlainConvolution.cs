using ILGPU;

namespace GpuNet.Kernels;

/// <summary>A convolution of any kind by its plain kernels, one thread an output or a gradient.</summary>
internal sealed class PlainConvolution : Launcher
{
    private readonly Kernel<View, View, View, View, View, View, WindowGeometry, EpilogueGeometry> forward;
    private readonly Kernel<View, View, View, WindowGeometry, int>? backwardData;
    private readonly Kernel<View, View, View, WindowGeometry>? backwardWeights;
    private readonly Kernel<View, View, int, int>? backwardBias;
    private readonly LaunchedEpilogue epilogue;
    private readonly WindowGeometry geometry;
    private readonly int gateInput, inputs, results;

    /// <summary>Loads the kernels.</summary>
    /// <param name="device">Where to run.</param>
    /// <param name="op">The convolution.</param>
    /// <param name="geometry">Its extents.</param>
    /// <param name="forward">
    /// Kernel of (x, factors, weight, bias, residual, y), generic over an <see cref="IInput"/> and an <see cref="IEpilogue"/>.
    /// </param>
    /// <param name="backwardData">Kernel of (dy, weight, dx) and whether to add.</param>
    /// <param name="backwardWeights">Kernel of (x, dy, dweight).</param>
    /// <param name="gateInput">
    /// Which input is a gate that the first is multiplied by as it is read, at inference only; 0 where there is none.
    /// </param>
    public PlainConvolution(
        Device device, Convolutional op, WindowGeometry geometry,
        Action<View, View, View, View, View, View, WindowGeometry, EpilogueGeometry> forward,
        Action<View, View, View, WindowGeometry, int> backwardData, Action<View, View, View, WindowGeometry> backwardWeights,
        int gateInput = 0)
    {
        (this.geometry, this.gateInput) = (geometry, gateInput);
        (inputs, results) = (checked((int)op.Input.Elements), checked((int)op.Result.Elements));
        epilogue = new LaunchedEpilogue(device, op);
        this.forward = new(device, Policies.Close(forward,
            Inputs.Policy(vectors: true, op.Storage.Input, gateInput > 0 ? typeof(GatePrologue) : null),
            Epilogues.Policy(op.Epilogue, Access.Policy(vectors: true, op.Storage.Output))));
        if (op.IsInferenceOnly)
            return;
        this.backwardData = new(device, backwardData);
        this.backwardWeights = new(device, backwardWeights);
        backwardBias = op.Bias ? new(device, ChannelSumKernels.Add) : null;
    }

    public override long PreparedElements => epilogue.PreparedElements;

    public override void Prepare(Operands o) => epilogue.Prepare(o);

    public override void Forward(Operands o) =>
        forward.Run(results, o.Input.View, o.Inputs[gateInput].View, epilogue.Weight(o), epilogue.Bias(o), epilogue.Residual(o),
            o.Output.View, geometry, epilogue.Geometry);

    public override void Backward(Operands o)
    {
        View dy = o.DOutput.View;
        if (o.DInput.IsWanted)
            backwardData!.Run(inputs, dy, o.Parameters[0].View, o.DInput.Tensor.View, geometry, o.DInput.AddFlag);
        if (!o.DParameters[0].IsNone)
            backwardWeights!.Run((int)o.DParameters[0].Shape.Elements, o.Input.View, dy, o.DParameters[0].View, geometry);
        if (backwardBias is not null && !o.DParameters[1].IsNone)
            backwardBias.Run(geometry.K, dy, o.DParameters[1].View, geometry.N * geometry.P * geometry.Q, geometry.K);
    }
}

/// <summary>The gradient of a bias: the sum of the output's gradient over all rows of channel vectors.</summary>
internal static class ChannelSumKernels
{
    // A thread owns dbias[c] and walks the rows in order. Nothing is shared; loads are contiguous in c.
    public static void Add(View dy, View dbias, int rows, int channels)
    {
        int c = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (c >= channels)
            return;
        float sum = 0f;
        for (int row = 0; row < rows; row++)
            sum += dy[(row * channels) + c];
        dbias[c] += sum;
    }
}
