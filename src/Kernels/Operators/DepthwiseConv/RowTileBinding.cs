global using BackwardTileKernel = GpuNet.Kernel<
    ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>,
    ILGPU.ArrayView<float>, GpuNet.Kernels.RowTileGeometry, int>;
global using ForwardTileKernel = GpuNet.Kernel<
    ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>,
    GpuNet.Kernels.RowTileGeometry, GpuNet.Kernels.EpilogueGeometry>;

global using MomentsTileKernel = GpuNet.Kernel<
    ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>,
    GpuNet.Kernels.RowTileGeometry>;

namespace GpuNet.Kernels;

/// <summary>Where windows, activations and widths become the types that kernels are compiled for.</summary>
internal static class RowTileBinding
{
    /// <summary>Loads the forward kernel of a launch.</summary>
    public static ForwardTileKernel Forward(Device device, DepthwiseConv op, RowTileShape shape) =>
        op.Epilogue.Activation.Bind(new ForwardBinder(device, op, shape));

    /// <summary>Loads the forward kernel that leaves moments; <paramref name="norm"/> is the activation of a norm that x is read through.</summary>
    public static MomentsTileKernel ForwardMoments(Device device, DepthwiseConv op, RowTileShape shape, ActivationKind? norm) =>
        norm is { } activation
            ? activation.Bind(new MomentsBinder(device, op.Window, shape))
            : ForwardMoments<PlainInput>(device, op.Window, shape);

    /// <summary>Loads the backward kernel of a launch; <paramref name="norm"/> is the activation of a norm that x is read through.</summary>
    public static BackwardTileKernel Backward(Device device, DepthwiseConv op, RowTileShape shape, ActivationKind? norm) =>
        norm is { } activation ? activation.Bind(new BackwardBinder(device, op.Window, shape)) : Backward<PlainInput>(device, op.Window, shape);

    private static MomentsTileKernel ForwardMoments<TInput>(Device device, Window window, RowTileShape shape)
        where TInput : unmanaged, IChannelPrologue => (window.KernelH, window.StrideH) switch
        {
            (3, 1) => ForwardMoments<Window3, TInput>(device, shape),
            (3, _) => ForwardMoments<Window3Stride2, TInput>(device, shape),
            (_, 1) => ForwardMoments<Window5, TInput>(device, shape),
            _ => ForwardMoments<Window5Stride2, TInput>(device, shape),
        };

    private static MomentsTileKernel ForwardMoments<TWindow, TInput>(Device device, RowTileShape shape)
        where TWindow : unmanaged, IWindowShape
        where TInput : unmanaged, IChannelPrologue => shape.Width == RowTileWidth.Four
        ? new(device, RowTileKernels.ForwardMoments<TWindow, TInput>, shape.GroupSize)
        : new(device, RowTileKernels.ForwardMomentsGuarded<TWindow, TInput>, shape.GroupSize);

    private static BackwardTileKernel Backward<TInput>(Device device, Window window, RowTileShape shape)
        where TInput : unmanaged, IChannelPrologue => (window.KernelH, window.StrideH) switch
        {
            (3, 1) => Backward<Window3, TInput>(device, shape),
            (3, _) => Backward<Window3Stride2, TInput>(device, shape),
            (_, 1) => Backward<Window5, TInput>(device, shape),
            _ => Backward<Window5Stride2, TInput>(device, shape),
        };

    private static BackwardTileKernel Backward<TWindow, TInput>(Device device, RowTileShape shape)
        where TWindow : unmanaged, IWindowShape
        where TInput : unmanaged, IChannelPrologue => shape.Width switch
        {
            RowTileWidth.Sixteen => TInput.HasFactors
                ? throw new NotSupportedException("Processors read no input of a depthwise convolution through a norm.")
                : new(device, RowTileKernels.BackwardWide<TWindow>, shape.GroupSize),
            RowTileWidth.Four => new(device, RowTileKernels.Backward<TWindow, TInput>, shape.GroupSize),
            _ => new(device, RowTileKernels.BackwardGuarded<TWindow, TInput>, shape.GroupSize),
        };

    private sealed class MomentsBinder(Device device, Window window, RowTileShape shape) : IActivationBinder<MomentsTileKernel>
    {
        public MomentsTileKernel Bind<TActivation>()
            where TActivation : unmanaged, IActivation => ForwardMoments<NormedInput<TActivation>>(device, window, shape);
    }

    private sealed class BackwardBinder(Device device, Window window, RowTileShape shape) : IActivationBinder<BackwardTileKernel>
    {
        public BackwardTileKernel Bind<TActivation>()
            where TActivation : unmanaged, IActivation => Backward<NormedInput<TActivation>>(device, window, shape);
    }

    private sealed class ForwardBinder(Device device, DepthwiseConv op, RowTileShape shape) : IActivationBinder<ForwardTileKernel>
    {
        public ForwardTileKernel Bind<TActivation>()
            where TActivation : unmanaged, IActivation => (op.Window.KernelH, op.Window.StrideH) switch
            {
                (3, 1) => Load<Window3, TActivation>(),
                (3, _) => Load<Window3Stride2, TActivation>(),
                (_, 1) => Load<Window5, TActivation>(),
                _ => Load<Window5Stride2, TActivation>(),
            };

        private ForwardTileKernel Load<TWindow, TActivation>()
            where TWindow : unmanaged, IWindowShape
            where TActivation : unmanaged, IActivation => shape.Width switch
            {
                RowTileWidth.Sixteen => Sixteen<TWindow, TActivation>(),
                RowTileWidth.Four => Four<TWindow, TActivation>(),
                _ => new(device, RowTileKernels.ForwardGuarded<TWindow, TActivation>, shape.GroupSize),
            };

        private ForwardTileKernel Four<TWindow, TActivation>()
            where TWindow : unmanaged, IWindowShape
            where TActivation : unmanaged, IActivation => (op.Storage.Input, op.Storage.Output) switch
            {
                (ElementType.Bfloat16, ElementType.Bfloat16) => new(device, RowTileKernels.Forward<TWindow, TActivation, FourBfloat16, FourBfloat16>, shape.GroupSize),
                (ElementType.Bfloat16, _) => new(device, RowTileKernels.Forward<TWindow, TActivation, FourBfloat16, FourChannels>, shape.GroupSize),
                (_, ElementType.Bfloat16) => new(device, RowTileKernels.Forward<TWindow, TActivation, FourChannels, FourBfloat16>, shape.GroupSize),
                _ => new(device, RowTileKernels.Forward<TWindow, TActivation, FourChannels, FourChannels>, shape.GroupSize),
            };

        private ForwardTileKernel Sixteen<TWindow, TActivation>()
            where TWindow : unmanaged, IWindowShape
            where TActivation : unmanaged, IActivation => (op.Storage.Input, op.Storage.Output) switch
            {
                (ElementType.Bfloat16, ElementType.Bfloat16) => new(device, RowTileKernels.ForwardWide<TWindow, TActivation, SixteenBfloat16, SixteenBfloat16>, shape.GroupSize),
                (ElementType.Bfloat16, _) => new(device, RowTileKernels.ForwardWide<TWindow, TActivation, SixteenBfloat16, SixteenChannels>, shape.GroupSize),
                (_, ElementType.Bfloat16) => new(device, RowTileKernels.ForwardWide<TWindow, TActivation, SixteenChannels, SixteenBfloat16>, shape.GroupSize),
                _ => new(device, RowTileKernels.ForwardWide<TWindow, TActivation, SixteenChannels, SixteenChannels>, shape.GroupSize),
            };
    }
}
