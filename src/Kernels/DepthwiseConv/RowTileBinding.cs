global using BackwardTileKernel = GpuNet.Kernel<
    ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>,
    GpuNet.Kernels.RowTileGeometry, int>;
global using ForwardTileKernel = GpuNet.Kernel<
    ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>,
    GpuNet.Kernels.RowTileGeometry, GpuNet.Kernels.EpilogueGeometry>;

namespace GpuNet.Kernels;

/// <summary>Where windows, activations and widths become the types that kernels are compiled for.</summary>
internal static class RowTileBinding
{
    /// <summary>Loads the forward kernel of a launch.</summary>
    public static ForwardTileKernel Forward(Device device, DepthwiseConv op, RowTileShape shape) =>
        op.Epilogue.Activation.Bind(new ForwardBinder(device, op, shape));

    /// <summary>Loads the backward kernel of a launch.</summary>
    public static BackwardTileKernel Backward(Device device, DepthwiseConv op, RowTileShape shape) => (op.Window.KernelH, op.Window.StrideH) switch
    {
        (3, 1) => Backward<Window3>(device, shape),
        (3, _) => Backward<Window3Stride2>(device, shape),
        (_, 1) => Backward<Window5>(device, shape),
        _ => Backward<Window5Stride2>(device, shape),
    };

    private static BackwardTileKernel Backward<TWindow>(Device device, RowTileShape shape)
        where TWindow : unmanaged, IWindowShape => shape.Width switch
        {
            RowTileWidth.Sixteen => new(device, RowTileKernels.BackwardWide<TWindow>, shape.GroupSize),
            RowTileWidth.Four => new(device, RowTileKernels.Backward<TWindow>, shape.GroupSize),
            _ => new(device, RowTileKernels.BackwardGuarded<TWindow>, shape.GroupSize),
        };

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
