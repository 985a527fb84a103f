using System.Collections.Immutable;

namespace GpuNet.Kernels;

public sealed partial record Concat
{
    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", device => new PlainLauncher(device, this)),
        Candidate.Kernels("Vector", device => new VectorLauncher(device, this)),
        Candidate.Host(device => new ConcatHost(device, this)),
    ];

    // One launch an input.
    private sealed class PlainLauncher(Device device, Concat op) : Launcher
    {
        private readonly Kernel<View, View, int, int, int, int> forward = new(device, ConcatKernels.Forward);
        private readonly Kernel<View, View, int, int, int, int, int> backward = new(device, ConcatKernels.Backward);
        private readonly int rows = op.Output.Rows;
        private readonly int allChannels = op.Output.C;
        private readonly int[] channels = [.. op.Inputs.Select(s => s.C)];

        public override void Forward(Operands o)
        {
            View y = o.Output.View;
            for (int i = 0, offset = 0; i < channels.Length; offset += channels[i++])
                forward.Run(rows * channels[i], o.Inputs[i].View, y, rows * channels[i], channels[i], allChannels, offset);
        }

        public override void Backward(Operands o)
        {
            View dy = o.DOutput.View;
            for (int i = 0, offset = 0; i < o.DInputs.Length; offset += channels[i++])
            {
                Gradient dx = o.DInputs[i];
                if (dx.IsWanted)
                    backward.Run(rows * channels[i], dy, dx.Tensor.View, rows * channels[i], channels[i], allChannels, offset, dx.AddFlag);
            }
        }
    }

    // One launch an input, four channels a thread, without a division for each.
    private sealed class VectorLauncher(Device device, Concat op) : Launcher
    {
        private readonly ElementwisePass[] into = [.. Slices(op).Select(s => new ElementwisePass(device, s))];
        private readonly ElementwisePass[] from = [.. Slices(op).Select(s => new ElementwisePass(device, s with
        {
            FromPitch = s.ToPitch,
            FromFirst = s.ToFirst,
            ToPitch = s.FromPitch,
            ToFirst = s.FromFirst,
        }))];

        public override void Forward(Operands o)
        {
            View y = o.Output.View;
            for (int i = 0; i < into.Length; i++)
                into[i].Run(o.Inputs[i].View, o.Inputs[i].View, y);
        }

        public override void Backward(Operands o)
        {
            View dy = o.DOutput.View;
            for (int i = 0; i < o.DInputs.Length; i++)
            {
                Gradient dx = o.DInputs[i];
                if (dx.IsWanted)
                    from[i].Run(dy, dy, dx.Tensor.View, dx.AddFlag);
            }
        }

        // The rows of each input on their way into the output.
        private static IEnumerable<ElementwiseRows> Slices(Concat op)
        {
            int offset = 0;
            foreach (Shape input in op.Inputs)
            {
                yield return ElementwiseRows.PerChannel(input) with { ToPitch = op.Output.C, ToFirst = offset };
                offset += input.C;
            }
        }
    }
}
