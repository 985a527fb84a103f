using System.Collections.Immutable;

namespace GpuNet.Kernels;

public sealed partial record PointwiseConv
{
    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", device => new PointwiseConvPlain(device, Input.Rows, Input.C, Channels, Bias)),
        Candidate.Host(device => ConvolutionHost.Create(device, new Convolution(Input, Channels, new Window(1), 1, Bias))),
    ];
}

/// <summary>One thread an output; linear layers use it too.</summary>
internal sealed class PointwiseConvPlain(Device device, int rows, int inputs, int outputs, bool bias) : Launcher
{
    private readonly Kernel<View, View, View, View, int, int, int, int> forward = new(device, PointwiseConvKernels.Forward);
    private readonly Kernel<View, View, View, int, int, int, int> backwardData = new(device, PointwiseConvKernels.BackwardData);
    private readonly Kernel<View, View, View, int, int, int> backwardWeights = new(device, PointwiseConvKernels.BackwardWeights);
    private readonly Kernel<View, View, int, int> backwardBias = new(device, ChannelSumKernels.Add);
    private readonly int inputElements = checked(rows * inputs);
    private readonly int outputElements = checked(rows * outputs);

    public override void Forward(Operands o)
    {
        View weight = o.Parameters[0].View;
        // Without a bias the weights stand in for it; the kernel does not read them.
        View start = bias ? o.Parameters[1].View : weight;
        forward.Run(outputElements, o.Input.View, weight, start, o.Output.View, rows, inputs, outputs, bias ? 1 : 0);
    }

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
}
