using System.Collections.Immutable;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

public sealed partial record Activation
{
    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", device => new PlainLauncher(device, this)),
        Candidate.Kernels("Vector", device => new VectorLauncher(device, this)),
        Candidate.Host(device => Policies.Create<Launcher>(typeof(ActivationHost<,>), [Lanes.Widest, Kind.Policy()], device, this)),
    ];

    private sealed class PlainLauncher(Device device, Activation op) : Launcher
    {
        private readonly Kernel<View, View, int> forward = new(device,
            Policies.Close(ActivationKernels.Forward<Identity>, op.Kind.Policy()));
        private readonly Kernel<View, View, View, int, int> backward = new(device,
            Policies.Close(ActivationKernels.Backward<Identity>, op.Kind.Policy()));
        private readonly int count = checked((int)op.Input.Elements);

        public override void Forward(Operands o) => forward.Run(count, o.Input.View, o.Output.View, count);

        public override void Backward(Operands o)
        {
            if (o.DInput.IsWanted)
                backward.Run(count, o.Input.View, o.DOutput.View, o.DInput.Tensor.View, count, o.DInput.AddFlag);
        }
    }

    // Four floats a thread.
    private sealed class VectorLauncher(Device device, Activation op) : Launcher
    {
        private readonly ElementwisePass forward =
            new(device, ElementwiseRows.Alike(op.Input), Policies.Of(typeof(Activate<>), op.Kind.Policy()));
        private readonly ElementwisePass backward =
            new(device, ElementwiseRows.Alike(op.Input), Policies.Of(typeof(TimesSlope<>), op.Kind.Policy()));

        public override void Forward(Operands o) => forward.Run(o.Input.View, o.Input.View, o.Output.View);

        public override void Backward(Operands o)
        {
            if (o.DInput.IsWanted)
                backward.Run(o.DOutput.View, o.Input.View, o.DInput.Tensor.View, o.DInput.AddFlag);
        }
    }
}
