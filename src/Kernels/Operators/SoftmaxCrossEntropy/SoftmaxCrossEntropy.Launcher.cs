using System.Collections.Immutable;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

public sealed partial record SoftmaxCrossEntropy
{
    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", device => new PlainLauncher(device, this)),
        Candidate.Kernels("Tree", device => new TreeLauncher(device, this)) with
        {
            Needs = _ => Logits.C <= MostClasses,
            Pays = ReductionGroup.Pays,
        },
        Candidate.Host(device => Policies.Create<Launcher>(typeof(SoftmaxCrossEntropyHost<>), [Lanes.Widest], device, this)),
    ];

    // Blocks of classes lie on the grid's second axis, which takes 65,535 groups of at least four threads.
    private const int MostClasses = 4 * 65535;

    private sealed class PlainLauncher(Device device, SoftmaxCrossEntropy op) : Launcher
    {
        private readonly Kernel<View, View, View, View, View, int, int, float, int> forward =
            new(device, SoftmaxCrossEntropyKernels.Forward);
        private readonly Kernel<View, View, int> mean = new(device, SoftmaxCrossEntropyKernels.Mean);
        private readonly Kernel<View, View, View, View, View, View, int, int, float, int> backward =
            new(device, SoftmaxCrossEntropyKernels.Backward);
        private readonly int images = op.Logits.N;
        private readonly int classes = op.Logits.C;
        private readonly int elements = checked((int)op.Logits.Elements);
        private readonly float smoothing = op.LabelSmoothing;

        // The loss of each image, before they are summed.
        public override long WorkspaceElements => images;

        public override void Forward(Operands o)
        {
            View losses = o.Workspace.View;
            bool saves = o.Saved.Length > 0;
            // At inference the losses stand in for what is saved; the kernel does not write them twice.
            View maximum = saves ? o.Saved[0].View : losses;
            View logSum = saves ? o.Saved[1].View : losses;
            forward.Run(images, o.Inputs[0].View, o.Inputs[1].View, maximum, logSum, losses, images, classes, smoothing, saves ? 1 : 0);
            mean.Run(1, losses, o.Output.View, images);
        }

        public override void Backward(Operands o)
        {
            if (!o.DInput.IsWanted)
                return;
            backward.Run(elements, o.Inputs[0].View, o.Inputs[1].View, o.Saved[0].View, o.Saved[1].View, o.DOutput.View,
                o.DInput.Tensor.View, images, classes, smoothing, o.DInput.AddFlag);
        }
    }

    // A group an image; backward has images and blocks of classes on the grid's axes, without a division for each logit.
    private sealed class TreeLauncher : Launcher
    {
        private readonly Kernel<View, View, View, View, View, int, float, int> forward;
        private readonly Kernel<View, View, int> mean;
        private readonly Kernel<View, View, View, View, View, View, int, int, float, int> backward;
        private readonly int images, classes;
        private readonly float smoothing;

        public TreeLauncher(Device device, SoftmaxCrossEntropy op)
        {
            (images, classes, smoothing) = (op.Logits.N, op.Logits.C, op.LabelSmoothing);
            var group = ReductionGroup.For(device);
            forward = new(device, Policies.Close(SoftmaxTreeKernels.Forward<OneThread>, group.Policy), group.Size);
            mean = new(device, Policies.Close(SoftmaxTreeKernels.Mean<OneThread>, group.Policy), group.Size);
            backward = new(device, SoftmaxTreeKernels.Backward);
        }

        // The loss of each image, before they are summed.
        public override long WorkspaceElements => images;

        public override void Forward(Operands o)
        {
            View losses = o.Workspace.View;
            bool saves = o.Saved.Length > 0;
            // At inference the losses stand in for what is saved; the kernel does not write them twice.
            View maximum = saves ? o.Saved[0].View : losses, logSum = saves ? o.Saved[1].View : losses;
            forward.Run(new GroupCount(images), o.Inputs[0].View, o.Inputs[1].View, maximum, logSum, losses, classes, smoothing,
                saves ? 1 : 0);
            mean.Run(new GroupCount(1), losses, o.Output.View, images);
        }

        public override void Backward(Operands o)
        {
            if (!o.DInput.IsWanted)
                return;
            backward.Run(new GroupCount(images, (classes + backward.GroupSize - 1) / backward.GroupSize), o.Inputs[0].View,
                o.Inputs[1].View, o.Saved[0].View, o.Saved[1].View, o.DOutput.View, o.DInput.Tensor.View, images, classes, smoothing,
                o.DInput.AddFlag);
        }
    }
}
