using System.Collections.Immutable;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

public sealed partial record Activation
{
    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", device => Kind.Bind(new PlainBinder(device, this))),
        Candidate.Kernels("Vector", device => Kind.Bind(new VectorBinder(device, this))),
        Candidate.Host(device => Policies.Create<Launcher>(typeof(ActivationHost<,>), [Lanes.Widest, Kind.Policy()], device, this)),
    ];

    private sealed class PlainBinder(Device device, Activation op) : IActivationBinder<Launcher>
    {
        public Launcher Bind<TActivation>()
            where TActivation : unmanaged, IActivation => new PlainLauncher<TActivation>(device, op);
    }

    private sealed class VectorBinder(Device device, Activation op) : IActivationBinder<Launcher>
    {
        public Launcher Bind<TActivation>()
            where TActivation : unmanaged, IActivation => new VectorLauncher<TActivation>(device, op);
    }

    private sealed class PlainLauncher<TActivation>(Device device, Activation op) : Launcher
        where TActivation : unmanaged, IActivation
    {
        private readonly Kernel<View, View, int> forward = new(device, ActivationKernels.Forward<TActivation>);
        private readonly Kernel<View, View, View, int, int> backward = new(device, ActivationKernels.Backward<TActivation>);
        private readonly int count = checked((int)op.Input.Elements);

        public override void Forward(Operands o) => forward.Run(count, o.Input.View, o.Output.View, count);

        public override void Backward(Operands o)
        {
            if (o.DInput.IsWanted)
                backward.Run(count, o.Input.View, o.DOutput.View, o.DInput.Tensor.View, count, o.DInput.AddFlag);
        }
    }
    // Four floats a thread.
    private sealed class VectorLauncher<TActivation>(Device device, Activation op) : Launcher
        where TActivation : unmanaged, IActivation
    {
        private readonly ElementwisePass forward = ElementwisePass.Of<Activate<TActivation>>(device, ElementwiseRows.Alike(op.Input));
        private readonly ElementwisePass backward = ElementwisePass.Of<TimesSlope<TActivation>>(device, ElementwiseRows.Alike(op.Input));

        public override void Forward(Operands o) => forward.Run(o.Input.View, o.Input.View, o.Output.View);

        public override void Backward(Operands o)
        {
            if (o.DInput.IsWanted)
                backward.Run(o.DOutput.View, o.Input.View, o.DInput.Tensor.View, o.DInput.AddFlag);
        }
    }
}
