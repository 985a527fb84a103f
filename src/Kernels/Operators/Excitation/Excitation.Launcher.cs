using System.Collections.Immutable;

namespace GpuNet.Kernels;

public sealed partial record Excitation
{
    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", device => new PlainLauncher(device, this)),
        Candidate.Kernels("Group", device => new GroupLauncher(device, this)) with { Pays = ReductionBinding.Pays },
        Candidate.Host(device => new ExcitationHost(device, this)),
    ];

    // Each layer by the plain kernel of pointwise convolutions.
    private sealed class PlainLauncher(Device device, Excitation op) : Launcher
    {
        private readonly Kernel<View, View, View, View, View, int, int, EpilogueGeometry> first = op.Inner.Bind(new LayerBinder(device));
        private readonly Kernel<View, View, View, View, View, int, int, EpilogueGeometry> second = op.Gate.Bind(new LayerBinder(device));
        private readonly EpilogueGeometry firstGeometry = new(op.First), secondGeometry = new(op.Second);
        private readonly int images = op.Input.N, inputs = op.Input.C, width = op.Width, channels = op.Channels;

        public override long WorkspaceElements => (long)images * width;

        public override void Forward(Operands o)
        {
            View hidden = o.Workspace.View, weight1 = o.Parameters[0].View, weight2 = o.Parameters[2].View;
            // The weights stand in for a residual, which there is none of.
            first.Run(images * width, o.Input.View, weight1, o.Parameters[1].View, weight1, hidden, images, inputs, firstGeometry);
            second.Run(images * channels, hidden, weight2, o.Parameters[3].View, weight2, o.Output.View, images, width, secondGeometry);
        }

        public override void Backward(Operands o) => throw new InvalidOperationException("An excitation for inference has no backward pass.");
    }

    private sealed class LayerBinder(Device device) : IActivationBinder<Kernel<View, View, View, View, View, int, int, EpilogueGeometry>>
    {
        public Kernel<View, View, View, View, View, int, int, EpilogueGeometry> Bind<TActivation>()
            where TActivation : unmanaged, IActivation => new(device, PointwiseConvKernels.Forward<TActivation, Vectors, Vectors>);
    }

    // Both layers in one launch.
    private sealed class GroupLauncher(Device device, Excitation op) : Launcher
    {
        private readonly Kernel<View, View, View, View, View, View, int, int, int> forward = op.Inner.Bind(new InnerBinder(device, op));
        private readonly GroupCount groups = new(op.Input.N);
        private readonly int inputs = op.Input.C, width = op.Width, channels = op.Channels;

        public override void Forward(Operands o) => forward.Run(groups, o.Input.View, o.Parameters[0].View, o.Parameters[1].View,
            o.Parameters[2].View, o.Parameters[3].View, o.Output.View, inputs, width, channels);

        public override void Backward(Operands o) => throw new InvalidOperationException("An excitation for inference has no backward pass.");
    }

    private sealed class InnerBinder(Device device, Excitation op) : IActivationBinder<Kernel<View, View, View, View, View, View, int, int, int>>
    {
        public Kernel<View, View, View, View, View, View, int, int, int> Bind<TActivation>()
            where TActivation : unmanaged, IActivation => op.Gate.Bind(new GateBinder<TActivation>(device, op));
    }

    private sealed class GateBinder<TInner>(Device device, Excitation op) : IActivationBinder<Kernel<View, View, View, View, View, View, int, int, int>>
        where TInner : unmanaged, IActivation
    {
        public Kernel<View, View, View, View, View, View, int, int, int> Bind<TActivation>()
            where TActivation : unmanaged, IActivation => new GroupBinder<TInner, TActivation>(device).Bind(device, op.Width | op.Channels);
    }

    private sealed class GroupBinder<TInner, TGate>(Device device) : IReductionBinder<Kernel<View, View, View, View, View, View, int, int, int>>
        where TInner : unmanaged, IActivation
        where TGate : unmanaged, IActivation
    {
        public Kernel<View, View, View, View, View, View, int, int, int> Bind<TGroup, TAccess>()
            where TGroup : unmanaged, IReductionGroup
            where TAccess : unmanaged, IVectorAccess => new(device, ExcitationKernels.Forward<TGroup, TAccess, TInner, TGate>, TGroup.Size);
    }
}
