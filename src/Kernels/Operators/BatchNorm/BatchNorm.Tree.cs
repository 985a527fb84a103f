namespace GpuNet.Kernels;

public sealed partial record BatchNorm
{
    /// <summary>
    /// Sums of blocks of rows, combined in a second launch, and a pass of four channels a thread, in both directions. Workspace: the
    /// blocks' sums, then rows of scales and shifts, of inverse deviations, and of two totals.
    /// </summary>
    private sealed class TreeLauncher : Launcher
    {
        private readonly ChannelReduction deviations, gradients;
        private readonly MomentsCombine? combineMoments;
        private readonly SumsCombine combineSums;
        private readonly ElementwisePass apply;
        private readonly Kernel<View, View, View, View, int, float> freeze;
        private readonly Kernel<View, View, View, View, View, View, View, View, ElementwiseGeometry, float, int> backwardData;
        private readonly ElementwiseGrid grid;
        private readonly Moments moments;
        private readonly int channels, factorsAt, inverses, totals, end;
        private readonly float epsilon, share;

        public TreeLauncher(Device device, BatchNorm op)
        {
            int rows = op.Input.Rows;
            Type activation = op.Activation.Policy();
            channels = op.Input.C;
            epsilon = op.Epsilon;
            share = 1f / rows;
            deviations = new ChannelReduction(device, 1, rows, channels, typeof(Deviations));
            gradients = new ChannelReduction(device, 1, rows, channels, Policies.Of(typeof(NormGradients<>), activation));
            moments = new Moments(deviations.Blocks, channels);
            combineMoments = rows > 1 ? new MomentsCombine(device, moments, rows, op.Epsilon, op.Momentum) : null;
            combineSums = new SumsCombine(device, gradients.Blocks, channels);
            var elements = ElementwiseRows.PerChannel(op.Input);
            grid = ElementwiseGrid.Over(device, elements);
            apply = new ElementwisePass(
                device, elements, typeof(MinusChannel), typeof(TimesChannel), typeof(PlusChannel),
                Policies.Of(typeof(Activate<>), activation));
            freeze = new(device, NormVectorKernels.Freeze);
            backwardData = new(device, Policies.Close(
                NormVectorKernels.BackwardData<Vectors, Identity>, Access.Policy(elements.AreVectors), activation), grid.GroupSize);
            factorsAt = Aligned(Math.Max(moments.Elements, 2L * gradients.Blocks * channels));
            inverses = factorsAt + Aligned(2L * channels);
            totals = inverses + Aligned(channels);
            end = totals + Aligned(2L * channels);
        }

        public override long WorkspaceElements => end;

        public override void Forward(Operands o)
        {
            View x = o.Input.View, workspace = o.Workspace.View, weight = o.Parameters[0].View, bias = o.Parameters[1].View;
            View factors = workspace.SubView(factorsAt, 2L * channels);
            View mean = o.Training ? o.Saved[0].View : o.Parameters[2].View;
            if (o.Training)
            {
                // The first row is the reference of all blocks.
                deviations.Run(x, x, x, x, x, x, workspace);
                combineMoments!.Run(workspace, x, weight, bias, mean, o.Saved[1].View, o.Parameters[2].View, o.Parameters[3].View,
                    factors);
            }
            else
            {
                freeze.Run(channels, weight, o.Parameters[3].View, workspace.SubView(inverses, channels), factors, channels, epsilon);
            }
            // Not by the shift, of which a large mean leaves few digits.
            apply.Run(x, mean, factors, bias, x, o.Output.View);
        }

        public override void Backward(Operands o)
        {
            View x = o.Input.View, dy = o.DOutput.View, workspace = o.Workspace.View, weight = o.Parameters[0].View,
                bias = o.Parameters[1].View;
            View mean = o.Training ? o.Saved[0].View : o.Parameters[2].View;
            View inverse = o.Training ? o.Saved[1].View : workspace.SubView(inverses, channels);
            View sums = workspace.SubView(totals, 2L * channels);
            if (!o.Training)
                freeze.Run(channels, weight, o.Parameters[3].View, inverse, workspace.SubView(factorsAt, channels), channels, epsilon);
            if (!o.DParameters[0].IsNone || !o.DParameters[1].IsNone || (o.Training && o.DInput.IsWanted))
            {
                gradients.Run(x, dy, mean, inverse, weight, bias, workspace);
                combineSums.Run(workspace, sums, o.DParameters[0], o.DParameters[1]);
            }
            if (o.DInput.IsWanted)
            {
                backwardData.Run(grid.Groups, x, dy, mean, inverse, weight, bias, sums, o.DInput.Tensor.View, grid.Geometry,
                    o.Training ? share : 0f, o.DInput.AddFlag);
            }
        }

        private static int Aligned(long elements) => checked((int)(Arena.Align(elements * sizeof(float)) / sizeof(float)));
    }
}
