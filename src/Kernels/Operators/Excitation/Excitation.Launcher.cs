using System.Collections.Immutable;

namespace GpuNet.Kernels;

public sealed partial record Excitation
{
    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", device => new PlainLauncher(device, this)),
        Candidate.Kernels("Group", device => new GroupLauncher(device, this)) with { Pays = ReductionGroup.Pays },
        Candidate.Host(device => new ExcitationHost(device, this)),
    ];

    // Each layer by the plain kernel of pointwise convolutions.
    private sealed class PlainLauncher(Device device, Excitation op) : Launcher
    {
        private readonly Layer first = new(device, op.First), second = new(device, op.Second);
        private readonly int hidden = op.Input.N * op.Width, gates = op.Input.N * op.Channels;

        public override long WorkspaceElements => hidden;

        public override void Forward(Operands o)
        {
            first.Run(hidden, o.Input.View, o.Parameters[0].View, o.Parameters[1].View, o.Workspace.View);
            second.Run(gates, o.Workspace.View, o.Parameters[2].View, o.Parameters[3].View, o.Output.View);
        }

        public override void Backward(Operands o) =>
            throw new InvalidOperationException("An excitation for inference has no backward pass.");
    }

    private sealed class Layer(Device device, PointwiseConv op)
    {
        private readonly Kernel<View, View, View, View, View, View, WindowGeometry, EpilogueGeometry> forward = new(device, Policies.Close(
            PointwiseConvKernels.Forward<Input<Vectors, Vectors, NoPrologue>, SumEpilogue<Vectors>>,
            Kernels.Inputs.Policy(vectors: true), Epilogues.Policy(op.Epilogue, typeof(Vectors))));
        private readonly WindowGeometry geometry = new(op.Input, new Window(1), op.Result, groups: 1);
        private readonly EpilogueGeometry epilogue = new(op);

        // Factors and a residual, which there are none of, may be any views.
        public void Run(int threads, View x, View weight, View bias, View y) =>
            forward.Run(threads, x, x, weight, bias, weight, y, geometry, epilogue);
    }

    // Both layers in one launch.
    private sealed class GroupLauncher : Launcher
    {
        private readonly Kernel<View, View, View, View, View, View, int, int, int> forward;
        private readonly GroupCount groups;
        private readonly int inputs, width, channels;

        public GroupLauncher(Device device, Excitation op)
        {
            (groups, inputs, width, channels) = (new GroupCount(op.Input.N), op.Input.C, op.Width, op.Channels);
            var group = ReductionGroup.For(device);
            forward = new(device, Policies.Close(ExcitationKernels.Forward<OneThread, Vectors, Identity, Identity>,
                group.Policy, Access.Policy((width | channels) % 4 == 0), op.Inner.Policy(), op.Gate.Policy()), group.Size);
        }

        public override void Forward(Operands o) => forward.Run(groups, o.Input.View, o.Parameters[0].View, o.Parameters[1].View,
            o.Parameters[2].View, o.Parameters[3].View, o.Output.View, inputs, width, channels);

        public override void Backward(Operands o) =>
            throw new InvalidOperationException("An excitation for inference has no backward pass.");
    }
}
