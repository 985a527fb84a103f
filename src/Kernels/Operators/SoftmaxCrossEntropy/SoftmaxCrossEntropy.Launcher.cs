using System.Collections.Immutable;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

public sealed partial record SoftmaxCrossEntropy
{
    // Blocks of classes lie on the grid's second axis, which takes 65,535 groups of at least four threads.
    private const int MostClasses = 4 * 65535;

    // From so many classes on the threads of a group find enough to do in one position. With fewer, a map's many positions are better
    // off with a thread each, whose short rows stay in cache; a batch of images is too small for that to matter.
    private const int ClassesOfGroup = 64, PositionsOfMap = 4096;

    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", device => new KernelLauncher(device, this, ReductionGroup.Single, inGroups: false)),
        Candidate.Kernels("Tree", device => new KernelLauncher(device, this, ReductionGroup.For(device),
            Logits.C >= ClassesOfGroup || Logits.Rows < PositionsOfMap)) with
        {
            Needs = _ => Logits.C <= MostClasses,
            Pays = ReductionGroup.Pays,
        },
        Candidate.Host(device => Policies.Create<Launcher>(typeof(SoftmaxCrossEntropyHost<>), [Lanes.Widest], device, this)),
    ];

    // Each position's loss, then their mean. In groups, a group has a position, and backward has positions and blocks of classes on the
    // grid's axes, without a division for each logit; else a thread has a position, and backward a logit.
    private sealed class KernelLauncher : Launcher
    {
        private readonly Kernel<View, View, View, View, View, View, View, View, CrossEntropyGeometry, int> forward;
        private readonly Kernel<View, View, View, View, View, View, View, View, View, CrossEntropyGeometry, int> backward;
        private readonly MeanReduction mean;
        private readonly LaunchSize forwardSize, backwardSize;
        private readonly CrossEntropyGeometry geometry;
        private readonly int positions;
        private readonly bool mixed;

        public KernelLauncher(Device device, SoftmaxCrossEntropy op, ReductionGroup group, bool inGroups)
        {
            geometry = new CrossEntropyGeometry(op);
            (positions, mixed) = (geometry.Positions, op.Mixed);
            mean = new MeanReduction(device, group, positions, typeof(StoredTerm), least: 0);
            if (!inGroups)
            {
                (forward, backward) = (new(device, SoftmaxCrossEntropyKernels.Forward), new(device, SoftmaxCrossEntropyKernels.Backward));
                (forwardSize, backwardSize) = (positions, checked((int)op.Logits.Elements));
                return;
            }
            forward = new(device, Policies.Close(SoftmaxTreeKernels.Forward<OneThread>, group.Policy), group.Size);
            backward = new(device, SoftmaxTreeKernels.Backward);
            forwardSize = new GroupCount(positions);
            backwardSize = new GroupCount(positions, (op.Logits.C + backward.GroupSize - 1) / backward.GroupSize);
        }

        // Loss and weight of each position, before they are summed.
        public override long WorkspaceElements => (2L * positions) + mean.WorkspaceElements;

        public override void Forward(Operands o)
        {
            View workspace = o.Workspace.View, losses = workspace.SubView(0, positions), weights = workspace.SubView(positions, positions);
            bool saves = o.Saved.Length > 0;
            // At inference the losses stand in for what is saved; the kernel does not write them twice.
            View maximum = saves ? o.Saved[0].View : losses, logSum = saves ? o.Saved[1].View : losses;
            forward.Run(forwardSize, o.Inputs[0].View, o.Inputs[1].View, Second(o), Shares(o), maximum, logSum, losses, weights, geometry,
                saves ? 1 : 0);
            mean.Run(losses, losses, weights, 0, workspace.SubView(2 * positions, mean.WorkspaceElements), o.Output.View,
                saves ? o.Saved[2] : Tensor.None);
        }

        public override void Backward(Operands o)
        {
            if (o.DInput.IsWanted)
                backward.Run(backwardSize, o.Inputs[0].View, o.Inputs[1].View, Second(o), Shares(o), o.Saved[0].View, o.Saved[1].View,
                    o.Saved[2].View, o.DOutput.View, o.DInput.Tensor.View, geometry, o.DInput.AddFlag);
        }

        // With a single label it stands in for what is not there; the kernels do not look at it twice.
        private View Second(Operands o) => o.Inputs[mixed ? 2 : 1].View;

        private View Shares(Operands o) => o.Inputs[mixed ? 3 : 1].View;
    }
}
