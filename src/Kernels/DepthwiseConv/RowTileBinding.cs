namespace GpuNet.Kernels;

/// <summary>Where windows, activations and widths become the types that kernels are compiled for.</summary>
internal static class RowTileBinding
{
    /// <summary>Loads the forward kernel of a launch.</summary>
    public static Kernel<View, View, View, View, View, View, RowTileGeometry, EpilogueGeometry> Forward(
        Device device, DepthwiseConv op, ActivationKind? inputNorm, RowTileShape shape) =>
        inputNorm is { } kind
            ? kind.Bind(new NormBinder(device, op, shape))
            : op.Epilogue.Activation.Bind(new ForwardBinder<RawInput>(device, op.Window, shape));

    private sealed class NormBinder(Device device, DepthwiseConv op, RowTileShape shape)
        : IActivationBinder<Kernel<View, View, View, View, View, View, RowTileGeometry, EpilogueGeometry>>
    {
        public Kernel<View, View, View, View, View, View, RowTileGeometry, EpilogueGeometry> Bind<TActivation>()
            where TActivation : unmanaged, IActivation =>
            op.Epilogue.Activation.Bind(new ForwardBinder<NormedInput<TActivation>>(device, op.Window, shape));
    }

    private sealed class ForwardBinder<TInput>(Device device, Window window, RowTileShape shape)
        : IActivationBinder<Kernel<View, View, View, View, View, View, RowTileGeometry, EpilogueGeometry>>
        where TInput : unmanaged, IInputNorm
    {
        public Kernel<View, View, View, View, View, View, RowTileGeometry, EpilogueGeometry> Bind<TActivation>()
            where TActivation : unmanaged, IActivation => (window.KernelH, window.StrideH) switch
            {
                (3, 1) => Load<Window3, TActivation>(),
                (3, _) => Load<Window3Stride2, TActivation>(),
                (_, 1) => Load<Window5, TActivation>(),
                _ => Load<Window5Stride2, TActivation>(),
            };

        private Kernel<View, View, View, View, View, View, RowTileGeometry, EpilogueGeometry> Load<TWindow, TActivation>()
            where TWindow : unmanaged, IWindowShape
            where TActivation : unmanaged, IActivation => shape.Width switch
            {
                RowTileWidth.Sixteen => new(device, RowTileKernels.ForwardWide<TWindow, TInput, TActivation>, shape.GroupSize),
                RowTileWidth.Four => new(device, RowTileKernels.Forward<TWindow, TInput, TActivation>, shape.GroupSize),
                _ => new(device, RowTileKernels.ForwardGuarded<TWindow, TInput, TActivation>, shape.GroupSize),
            };
    }
}
