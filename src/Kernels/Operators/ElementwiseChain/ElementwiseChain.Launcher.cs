using System.Collections.Immutable;

namespace GpuNet.Kernels;

public sealed partial record ElementwiseChain
{
    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Plain", device => new PlainLauncher(device, this)),
        Candidate.Kernels("Vector", device => new VectorLauncher(device, this))
            with { Needs = _ => ElementwiseRows.PerImage(Input).FitGrid },
        Candidate.Host(device => new ElementwiseChainHost(device, this)),
    ];

    // A kernel a link, each of a thread an output; all but the first work in place.
    private sealed class PlainLauncher : Launcher
    {
        private readonly Kernel<View, View, View, int> plus;
        private readonly Kernel<View, View, View, int, int, int, int> scale;
        private readonly Kernel<View, View, int>[] activate;
        private readonly ImmutableArray<ElementwiseLink> links;
        private readonly int[] operands;
        private readonly int count, pixels, channels;

        public PlainLauncher(Device device, ElementwiseChain op)
        {
            plus = new(device, AddKernels.Forward);
            scale = new(device, ChannelScaleKernels.Scale);
            activate = [.. op.Links.Select(
                l => new Kernel<View, View, int>(device, Policies.Close(ActivationKernels.Forward<Identity>, l.Activation.Policy())))];
            links = op.Links;
            operands = op.OperandPlaces();
            (count, pixels, channels) = (checked((int)op.Input.Elements), op.Input.Pixels, op.Input.C);
        }

        public override void Forward(Operands o)
        {
            View x = o.Input.View, y = o.Output.View;
            for (int i = 0; i < links.Length; i++, x = y)
            {
                if (links[i].Kind == ElementwiseLinkKind.Activate)
                    activate[i].Run(count, x, y, count);
                else if (links[i].Kind == ElementwiseLinkKind.PlusTensor)
                    plus.Run(count, x, o.Inputs[operands[i]].View, y, count);
                else
                    scale.Run(count, x, o.Inputs[operands[i]].View, y, count, pixels, channels, 0);
            }
        }

        public override void Backward(Operands o) =>
            throw new InvalidOperationException("A chain of elementwise operators has no backward pass.");
    }

    // One kernel for the whole chain, four channels a thread.
    private sealed class VectorLauncher(Device device, ElementwiseChain op) : Launcher
    {
        private readonly ElementwisePass pass = new(device,
            op.Links.Any(l => l.Kind == ElementwiseLinkKind.TimesGate)
                ? ElementwiseRows.PerImage(op.Input)
                : ElementwiseRows.Alike(op.Input),
            [.. op.Links.Select(Step)]);
        private readonly int[] operands = [.. op.OperandPlaces(), .. new int[MostLinks - op.Links.Length]];

        public override void Forward(Operands o) => pass.Run(o.Input.View, o.Inputs[operands[0]].View, o.Inputs[operands[1]].View,
            o.Inputs[operands[2]].View, o.Inputs[operands[3]].View, o.Output.View);

        public override void Backward(Operands o) =>
            throw new InvalidOperationException("A chain of elementwise operators has no backward pass.");

        private static Type Step(ElementwiseLink link) => link.Kind switch
        {
            ElementwiseLinkKind.PlusTensor => typeof(PlusTensor),
            ElementwiseLinkKind.TimesGate => typeof(TimesChannel),
            _ => Policies.Of(typeof(Activate<>), link.Activation.Policy()),
        };
    }
}
