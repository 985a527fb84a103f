using System.Collections.Immutable;

namespace GpuNet.Kernels;

public sealed partial record WeightedSum
{
    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", device => new KernelLauncher(device, this, vectors: false)),
        Candidate.Kernels("Vector", device => new KernelLauncher(device, this, vectors: true)),
        Candidate.Host(device => new WeightedSumHost(device, this)),
    ];

    // Four inputs a launch; the first sets the sum, the others add to it. Backward, a launch for each input, which is a sum of one term.
    private sealed class KernelLauncher : Launcher
    {
        private readonly Kernel<View, View, View, View, View, SumTerms> kernel;
        private readonly int count, threads;
        private readonly float[] weights;

        public KernelLauncher(Device device, WeightedSum op, bool vectors)
        {
            count = checked((int)op.Input.Elements);
            weights = [.. op.Weights];
            threads = vectors ? (int)((count + 3L) / 4) : count;
            kernel = new(device, vectors
                ? Policies.Close(WeightedSumKernels.Vector<Vectors>, Access.Policy(count % 4 == 0)) : WeightedSumKernels.Plain);
        }

        public override void Forward(Operands o)
        {
            View y = o.Output.View;
            for (int i = 0; i < weights.Length; i += SumTerms.Most)
            {
                int last = weights.Length - 1;
                var terms = new SumTerms(count, weights.AsSpan(i, Math.Min(SumTerms.Most, weights.Length - i)), adds: i > 0);
                // Where there are fewer than four, the last stands in for those that are not there; the kernel does not read it twice.
                kernel.Run(threads, o.Inputs[i].View, o.Inputs[Math.Min(i + 1, last)].View, o.Inputs[Math.Min(i + 2, last)].View,
                    o.Inputs[Math.Min(i + 3, last)].View, y, terms);
            }
        }

        // One input after the other: some may be the same tensor, whose gradient the later ones then add to.
        public override void Backward(Operands o)
        {
            View dy = o.DOutput.View;
            for (int i = 0; i < o.DInputs.Length; i++)
            {
                if (o.DInputs[i].IsWanted)
                    kernel.Run(threads, dy, dy, dy, dy, o.DInputs[i].Tensor.View,
                        new SumTerms(count, weights.AsSpan(i, 1), o.DInputs[i].Adds));
            }
        }
    }
}
