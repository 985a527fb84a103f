using System.Collections.Immutable;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

public sealed partial record ChannelScale
{
    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", device => new PlainLauncher(device, this)),
        Candidate.Kernels("Tree", device => new TreeLauncher(device, this)) with
        {
            Needs = _ => ChannelReduction.FitsGrid(Input.N),
            Pays = ReductionGroup.Pays,
        },
        Candidate.Host(device => Policies.Create<Launcher>(typeof(ChannelScaleHost<>), [Lanes.Widest], device, this)),
    ];

    private sealed class PlainLauncher(Device device, ChannelScale op) : Launcher
    {
        private readonly Kernel<View, View, View, int, int, int, int> scale = new(device, ChannelScaleKernels.Scale);
        private readonly Kernel<View, View, View, int, int, int, int> backwardGate = new(device, ChannelScaleKernels.BackwardGate);
        private readonly int count = checked((int)op.Input.Elements);
        private readonly int gates = op.Input.N * op.Input.C;
        private readonly int pixels = op.Input.Pixels;
        private readonly int channels = op.Input.C;

        public override void Forward(Operands o) =>
            scale.Run(count, o.Inputs[0].View, o.Inputs[1].View, o.Output.View, count, pixels, channels, 0);

        public override void Backward(Operands o)
        {
            Gradient dx = o.DInputs[0], dgate = o.DInputs[1];
            if (dx.IsWanted)
                scale.Run(count, o.DOutput.View, o.Inputs[1].View, dx.Tensor.View, count, pixels, channels, dx.AddFlag);
            if (dgate.IsWanted)
                backwardGate.Run(gates, o.Inputs[0].View, o.DOutput.View, dgate.Tensor.View, gates, pixels, channels, dgate.AddFlag);
        }
    }

    // Four channels a thread, without a division for each; groups reduce blocks of pixels to the gate's gradient.
    private sealed class TreeLauncher(Device device, ChannelScale op) : Launcher
    {
        private readonly ElementwisePass scale = new(device, ElementwiseRows.PerImage(op.Input), typeof(TimesChannel));
        private readonly ImageSums products = new(device, op.Input, typeof(Products), 1f);

        public override long WorkspaceElements => products.WorkspaceElements;

        public override void Forward(Operands o) => scale.Run(o.Inputs[0].View, o.Inputs[1].View, o.Output.View);

        public override void Backward(Operands o)
        {
            Gradient dx = o.DInputs[0], dgate = o.DInputs[1];
            View dy = o.DOutput.View;
            if (dx.IsWanted)
                scale.Run(dy, o.Inputs[1].View, dx.Tensor.View, dx.AddFlag);
            if (dgate.IsWanted)
                products.Run(o.Inputs[0].View, dy, dgate.Tensor.View, o.Workspace, dgate.AddFlag);
        }
    }
}
