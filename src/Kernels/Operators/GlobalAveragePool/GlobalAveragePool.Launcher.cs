using System.Collections.Immutable;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

public sealed partial record GlobalAveragePool
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
        Candidate.Host(device => Policies.Create<Launcher>(typeof(GlobalAveragePoolHost<>), [Lanes.Widest], device, this))
            with { Needs = _ => Type == ElementType.Float32 },
    ];

    private sealed class PlainLauncher(Device device, GlobalAveragePool op) : Launcher
    {
        private readonly Kernel<View, View, int, int, int> forward =
            new(device, Policies.Close(GlobalAveragePoolKernels.Forward<Vectors>, Access.Policy(vectors: true, op.Type)));
        private readonly Kernel<View, View, int, int, int, int> backward = new(device, GlobalAveragePoolKernels.Backward);
        private readonly int count = checked((int)op.Input.Elements);
        private readonly int images = op.Input.N;
        private readonly int pixels = op.Input.Pixels;
        private readonly int channels = op.Input.C;

        public override void Forward(Operands o) => forward.Run(images * channels, o.Input.View, o.Output.View, images, pixels, channels);

        public override void Backward(Operands o)
        {
            if (o.DInput.IsWanted)
                backward.Run(count, o.DOutput.View, o.DInput.Tensor.View, count, pixels, channels, o.DInput.AddFlag);
        }
    }

    // Groups reduce blocks of pixels; backward takes four channels a thread, without a division for each.
    private sealed class TreeLauncher : Launcher
    {
        private readonly ImageSums means;
        private readonly Kernel<View, View, ElementwiseGeometry, float, int> backward;
        private readonly ElementwiseGrid grid;
        private readonly float share;

        public TreeLauncher(Device device, GlobalAveragePool op)
        {
            share = 1f / op.Input.Pixels;
            means = new ImageSums(device, op.Input, typeof(Values), share, op.Type);
            var rows = ElementwiseRows.PerImage(op.Input);
            grid = ElementwiseGrid.Over(device, rows);
            backward = new(device, Policies.Close(GlobalAveragePoolKernels.Spread<Vectors>, Access.Policy(rows.AreVectors)),
                grid.GroupSize);
        }

        public override long WorkspaceElements => means.WorkspaceElements;

        public override void Forward(Operands o) => means.Run(o.Input.View, o.Input.View, o.Output.View, o.Workspace, 0);

        public override void Backward(Operands o)
        {
            if (o.DInput.IsWanted)
                backward.Run(grid.Groups, o.DOutput.View, o.DInput.Tensor.View, grid.Geometry, share, o.DInput.AddFlag);
        }
    }
}
