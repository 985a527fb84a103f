namespace GpuNet.Kernels;

/// <summary>Something that is built for one step of an elementwise kernel.</summary>
internal interface IElementwiseStepBinder<TResult>
{
    /// <summary>Builds it.</summary>
    TResult Bind<TStep>()
        where TStep : unmanaged, IElementwiseStep;
}

/// <summary>The one place where links become types.</summary>
internal static class ElementwiseStepBinding
{
    /// <summary>Loads the pass of a chain, a kernel of its own for every chain of links.</summary>
    public static ElementwisePass Bind(Device device, ElementwiseChain op)
    {
        bool perImage = op.Links.Any(l => l.Kind == ElementwiseLinkKind.TimesGate);
        ElementwiseRows rows = perImage ? ElementwiseRows.PerImage(op.Input) : ElementwiseRows.Alike(op.Input);
        return Bind(op, 0, new First(device, op, rows));
    }

    private static TResult Bind<TResult>(ElementwiseChain op, int link, IElementwiseStepBinder<TResult> binder)
    {
        if (link >= op.Links.Length)
            return binder.Bind<Pass>();
        return op.Links[link].Kind switch
        {
            ElementwiseLinkKind.PlusTensor => binder.Bind<PlusTensor>(),
            ElementwiseLinkKind.TimesGate => binder.Bind<TimesChannel>(),
            _ => op.Links[link].Activation.Bind(new Activations<TResult>(binder)),
        };
    }

    private sealed class Activations<TResult>(IElementwiseStepBinder<TResult> binder) : IActivationBinder<TResult>
    {
        public TResult Bind<TActivation>()
            where TActivation : unmanaged, IActivation => binder.Bind<Activate<TActivation>>();
    }

    private sealed class First(Device device, ElementwiseChain op, ElementwiseRows rows) : IElementwiseStepBinder<ElementwisePass>
    {
        public ElementwisePass Bind<TFirst>()
            where TFirst : unmanaged, IElementwiseStep => ElementwiseStepBinding.Bind(op, 1, new Second<TFirst>(device, op, rows));
    }

    private sealed class Second<TFirst>(Device device, ElementwiseChain op, ElementwiseRows rows) : IElementwiseStepBinder<ElementwisePass>
        where TFirst : unmanaged, IElementwiseStep
    {
        public ElementwisePass Bind<TSecond>()
            where TSecond : unmanaged, IElementwiseStep => ElementwiseStepBinding.Bind(op, 2, new Third<TFirst, TSecond>(device, op, rows));
    }

    private sealed class Third<TFirst, TSecond>(Device device, ElementwiseChain op, ElementwiseRows rows) : IElementwiseStepBinder<ElementwisePass>
        where TFirst : unmanaged, IElementwiseStep
        where TSecond : unmanaged, IElementwiseStep
    {
        public ElementwisePass Bind<TThird>()
            where TThird : unmanaged, IElementwiseStep => ElementwiseStepBinding.Bind(op, 3, new Fourth<TFirst, TSecond, TThird>(device, rows));
    }

    private sealed class Fourth<TFirst, TSecond, TThird>(Device device, ElementwiseRows rows) : IElementwiseStepBinder<ElementwisePass>
        where TFirst : unmanaged, IElementwiseStep
        where TSecond : unmanaged, IElementwiseStep
        where TThird : unmanaged, IElementwiseStep
    {
        public ElementwisePass Bind<TFourth>()
            where TFourth : unmanaged, IElementwiseStep => ElementwisePass.Of<TFirst, TSecond, TThird, TFourth>(device, rows);
    }
}
