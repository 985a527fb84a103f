using System.Collections.Immutable;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

public sealed partial record ElementwiseLoss
{
    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", device => new KernelLauncher(device, this, ReductionGroup.Single)),
        Candidate.Kernels("Tree", device => new KernelLauncher(device, this, ReductionGroup.For(device))) with
        {
            Pays = ReductionGroup.Pays,
        },
        Candidate.Host(device => Policies.Create<Launcher>(typeof(ElementwiseLossHost<,>), [Lanes.Widest, Kind.Policy()], device, this)),
    ];

    // Forward a mean, by single threads or by groups; backward a thread an element.
    private sealed class KernelLauncher : Launcher
    {
        private readonly MeanReduction mean;
        private readonly Kernel<View, View, View, View, View, View, int, float, int, int> backward;
        private readonly int count;
        private readonly float delta;
        private readonly bool weighted;

        public KernelLauncher(Device device, ElementwiseLoss op, ReductionGroup group)
        {
            (count, delta, weighted) = (checked((int)op.Prediction.Elements), op.Delta, op.Weighted);
            mean = new MeanReduction(device, group, count,
                Policies.Of(weighted ? typeof(WeightedLossTerm<>) : typeof(LossTerm<>), op.Kind.Policy()), least: 1);
            backward = new(device, Policies.Close(ElementwiseLossKernels.Backward<SquaredErrorLoss>, op.Kind.Policy()));
        }

        public override long WorkspaceElements => mean.WorkspaceElements;

        public override void Forward(Operands o) => mean.Run(o.Inputs[0].View, o.Inputs[1].View, Weights(o), delta, o.Workspace.View,
            o.Output.View, o.Saved.Length > 0 ? o.Saved[0] : Tensor.None);

        public override void Backward(Operands o)
        {
            if (o.DInput.IsWanted)
                backward.Run(count, o.Inputs[0].View, o.Inputs[1].View, Weights(o), o.Saved[0].View, o.DOutput.View, o.DInput.Tensor.View,
                    count, delta, weighted ? 1 : 0, o.DInput.AddFlag);
        }

        // Without weights the target stands in for them; the kernels do not look at it twice.
        private View Weights(Operands o) => o.Inputs[weighted ? 2 : 1].View;
    }
}
