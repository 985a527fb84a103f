using System.Collections.Immutable;

namespace GpuNet.Kernels;

public sealed partial record Add
{
    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", device => new PlainLauncher(device, this)),
        Candidate.Kernels("Vector", device => new VectorLauncher(device, this)),
        Candidate.Host(device => new AddHost(device, this)),
    ];

    private sealed class PlainLauncher(Device device, Add op) : Launcher
    {
        private readonly Kernel<View, View, View, int> forward = new(device, AddKernels.Forward);
        private readonly Kernel<View, View, int, int> backward = new(device, AddKernels.Backward);
        private readonly int count = checked((int)op.Input.Elements);

        public override void Forward(Operands o) => forward.Run(count, o.Inputs[0].View, o.Inputs[1].View, o.Output.View, count);

        // One input after the other: both may be the same tensor, whose gradient the second then adds to.
        public override void Backward(Operands o)
        {
            foreach (Gradient gradient in o.DInputs)
            {
                if (gradient.IsWanted)
                    backward.Run(count, o.DOutput.View, gradient.Tensor.View, count, gradient.AddFlag);
            }
        }
    }

    // Four floats a thread.
    private sealed class VectorLauncher(Device device, Add op) : Launcher
    {
        private readonly ElementwisePass add = new(device, ElementwiseRows.Alike(op.Input), typeof(PlusTensor));
        private readonly ElementwisePass copy = new(device, ElementwiseRows.Alike(op.Input));

        public override void Forward(Operands o) => add.Run(o.Inputs[0].View, o.Inputs[1].View, o.Output.View);

        public override void Backward(Operands o)
        {
            View dy = o.DOutput.View;
            foreach (Gradient gradient in o.DInputs)
            {
                if (gradient.IsWanted)
                    copy.Run(dy, dy, gradient.Tensor.View, gradient.AddFlag);
            }
        }
    }
}
