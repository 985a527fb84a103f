using System.Collections.Immutable;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

public sealed partial record BatchNorm
{
    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", device => Activation.Bind(new PlainBinder(device, this))),
        Candidate.Kernels("Tree", device => Activation.Bind(new TreeBinder(device, this))) with { Pays = ReductionBinding.Pays },
        Candidate.Host(device => Policies.Create<Launcher>(typeof(BatchNormHost<,>), [Lanes.Widest, Activation.Policy()], device, this)),
    ];

    private sealed class PlainBinder(Device device, BatchNorm op) : IActivationBinder<Launcher>
    {
        public Launcher Bind<TActivation>()
            where TActivation : unmanaged, IActivation => new PlainLauncher<TActivation>(device, op);
    }

    private sealed class PlainLauncher<TActivation> : Launcher
        where TActivation : unmanaged, IActivation
    {
        private readonly Kernel<View, View, BatchNormGeometry> blockMoments;
        private readonly Kernel<View, View, View, View, View, View, BatchNormGeometry> combineMoments;
        private readonly Kernel<View, View, View, View, View, View, BatchNormGeometry> apply;
        private readonly Kernel<View, View, View, View, View, View, View, BatchNormGeometry> blockGradients;
        private readonly Kernel<View, View, View, BatchNormGeometry, int, int> combineGradients;
        private readonly Kernel<View, View, View, View, View, View, View, View, BatchNormGeometry, int> backwardData;
        private readonly BatchNormGeometry training, frozen;
        private readonly int elements;

        public PlainLauncher(Device device, BatchNorm op)
        {
            blockMoments = new(device, BatchNormKernels.BlockMoments);
            combineMoments = new(device, BatchNormKernels.CombineMoments);
            apply = new(device, BatchNormKernels.Apply<TActivation>);
            blockGradients = new(device, BatchNormKernels.BlockGradients<TActivation>);
            combineGradients = new(device, BatchNormKernels.CombineGradients);
            backwardData = new(device, BatchNormKernels.BackwardData<TActivation>);
            // A thread walks the rows of a block and another walks the blocks: √rows makes both walks equally long.
            int blocks = Math.Max(1, (int)Math.Sqrt(op.Input.Rows));
            training = new BatchNormGeometry(op, blocks, training: true);
            frozen = new BatchNormGeometry(op, blocks, training: false);
            elements = checked((int)op.Input.Elements);
        }

        public override long WorkspaceElements => 2L * (training.Blocks + 1) * training.Channels;

        public override void Forward(Operands o)
        {
            if (o.Training)
            {
                blockMoments.Run(training.Blocks * training.Channels, o.Input.View, o.Workspace.View, training);
                combineMoments.Run(training.Channels, o.Input.View, o.Workspace.View, o.Saved[0].View, o.Saved[1].View,
                    o.Parameters[2].View, o.Parameters[3].View, training);
            }
            (View mean, View spread, BatchNormGeometry geometry) = Statistics(o);
            apply.Run(elements, o.Input.View, mean, spread, o.Parameters[0].View, o.Parameters[1].View, o.Output.View, geometry);
        }

        public override void Backward(Operands o)
        {
            (View mean, View spread, BatchNormGeometry geometry) = Statistics(o);
            View x = o.Input.View, dy = o.DOutput.View, workspace = o.Workspace.View;
            View weight = o.Parameters[0].View, bias = o.Parameters[1].View;
            bool hasWeight = !o.DParameters[0].IsNone, hasBias = !o.DParameters[1].IsNone;
            if (hasWeight || hasBias || (o.Training && o.DInput.IsWanted))
            {
                blockGradients.Run(geometry.Blocks * geometry.Channels, x, dy, mean, spread, weight, bias, workspace, geometry);
                // Where a gradient is not wanted, the parameter stands in for it; the kernel does not touch it.
                combineGradients.Run(geometry.Channels, workspace, hasWeight ? o.DParameters[0].View : weight,
                    hasBias ? o.DParameters[1].View : bias, geometry, hasWeight ? 1 : 0, hasBias ? 1 : 0);
            }
            if (o.DInput.IsWanted)
                backwardData.Run(elements, x, dy, mean, spread, weight, bias, workspace, o.DInput.Tensor.View, geometry, o.DInput.AddFlag);
        }

        private (View Mean, View Spread, BatchNormGeometry Geometry) Statistics(Operands o) => o.Training
            ? (o.Saved[0].View, o.Saved[1].View, training)
            : (o.Parameters[2].View, o.Parameters[3].View, frozen);
    }
}
