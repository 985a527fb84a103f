using System.Collections.Immutable;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

public sealed partial record SelfAttention
{
    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", device => new PlainLauncher(device, this)),
        Candidate.Kernels("KeyTile", device => AttentionTileLauncher.Create(device, this)) with
        {
            Needs = _ => AttentionTileLauncher.Fits(this),
            Pays = ReductionBinding.Pays,
        },
        Candidate.Host(device => Policies.Create<Launcher>(typeof(SelfAttentionHost<>), [Lanes.Widest], device, this)),
    ];

    private sealed class PlainLauncher(Device device, SelfAttention op) : Launcher
    {
        private readonly Kernel<View, View, View, AttentionGeometry, int> forward = new(device, SelfAttentionKernels.Forward);
        private readonly Kernel<View, View, View, AttentionGeometry> dots = new(device, SelfAttentionKernels.Dots);
        private readonly Kernel<View, View, View, View, View, AttentionGeometry, int> backwardQueries =
            new(device, SelfAttentionKernels.BackwardQueries);
        private readonly Kernel<View, View, View, View, View, AttentionGeometry, int> backwardKeys =
            new(device, SelfAttentionKernels.BackwardKeys);
        private readonly AttentionGeometry geometry = new(op);
        private readonly int threads = CheckedThreads(op);

        // dy·y of each token and head.
        public override long WorkspaceElements => threads;

        public override void Forward(Operands o)
        {
            View y = o.Output.View;
            bool saves = o.Saved.Length > 0;
            // At inference the output stands in for the lse; the kernel does not write it there.
            forward.Run(threads, o.Input.View, y, saves ? o.Saved[0].View : y, geometry, saves ? 1 : 0);
        }

        public override void Backward(Operands o)
        {
            if (!o.DInput.IsWanted)
                return;
            View x = o.Input.View, lse = o.Saved[0].View, dy = o.DOutput.View, dx = o.DInput.Tensor.View, products = o.Workspace.View;
            dots.Run(threads, o.Output.View, dy, products, geometry);
            backwardQueries.Run(threads, x, lse, products, dy, dx, geometry, o.DInput.AddFlag);
            backwardKeys.Run(threads, x, lse, products, dy, dx, geometry, o.DInput.AddFlag);
        }

        // Kernels count elements of the input in 32 bits.
        private static int CheckedThreads(SelfAttention op)
        {
            _ = checked((int)op.Input.Elements);
            return op.Input.Rows * op.Heads;
        }
    }
}
