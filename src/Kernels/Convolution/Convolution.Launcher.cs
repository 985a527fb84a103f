using System.Collections.Immutable;

namespace GpuNet.Kernels;

public sealed partial record Convolution
{
    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", device => new PlainLauncher(device, this)),
        Candidate.Host(device => ConvolutionHost.Create(device, this)),
    ];

    private sealed class PlainLauncher(Device device, Convolution op) : Launcher
    {
        private readonly Kernel<View, View, View, View, WindowGeometry, int> forward = new(device, ConvolutionKernels.Forward);
        private readonly Kernel<View, View, View, WindowGeometry, int> backwardData = new(device, ConvolutionKernels.BackwardData);
        private readonly Kernel<View, View, View, WindowGeometry> backwardWeights = new(device, ConvolutionKernels.BackwardWeights);
        private readonly Kernel<View, View, int, int> backwardBias = new(device, ChannelSumKernels.Add);
        private readonly WindowGeometry geometry = new(op.Input, op.Window, op.Output, op.Groups);
        private readonly int inputs = checked((int)op.Input.Elements);
        private readonly int outputs = checked((int)op.Output.Elements);
        private readonly bool bias = op.Bias;

        public override void Forward(Operands o)
        {
            View weight = o.Parameters[0].View;
            // Without a bias the weights stand in for it; the kernel does not read them.
            forward.Run(outputs, o.Input.View, weight, bias ? o.Parameters[1].View : weight, o.Output.View, geometry, bias ? 1 : 0);
        }

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
}
