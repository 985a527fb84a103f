using System.Collections.Immutable;
using System.Numerics.Tensors;

namespace GpuNet.Kernels;

public sealed partial record Add
{
    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", device => new PlainLauncher(device, this)),
        Candidate.Kernels("Vector", device => new VectorLauncher(device, this)),
        Candidate.Host(device => new HostLauncher(device, this)),
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

    private sealed unsafe class HostLauncher : Launcher
    {
        // 64 KiB a stream: far above the cost of handing out a part, and small enough to spread over many cores.
        private const int PartElements = 16384;

        private readonly Workers workers;
        private readonly long count;
        private readonly int parts;
        private readonly Action<int> forwardPart, backwardPart;
        private Operands current = null!;

        public HostLauncher(Device device, Add op)
        {
            workers = device.Workers;
            count = op.Input.Elements;
            parts = checked((int)((count + PartElements - 1) / PartElements));
            forwardPart = ForwardPart;
            backwardPart = BackwardPart;
        }

        public override void Forward(Operands o)
        {
            current = o;
            workers.Run(parts, forwardPart);
        }

        public override void Backward(Operands o)
        {
            current = o;
            workers.Run(parts, backwardPart);
        }

        private void ForwardPart(int part) =>
            TensorPrimitives.Add(Part(current.Inputs[0], part), Part(current.Inputs[1], part), Part(current.Output, part));

        private void BackwardPart(int part)
        {
            Span<float> dy = Part(current.DOutput, part);
            foreach (Gradient gradient in current.DInputs)
            {
                if (!gradient.IsWanted)
                    continue;
                Span<float> dx = Part(gradient.Tensor, part);
                if (gradient.Adds)
                    TensorPrimitives.Add(dx, dy, dx);
                else
                    dy.CopyTo(dx);
            }
        }

        private Span<float> Part(Tensor tensor, int part)
        {
            long first = (long)part * PartElements;
            return new Span<float>(tensor.Pointer + first, (int)Math.Min(PartElements, count - first));
        }
    }
}
