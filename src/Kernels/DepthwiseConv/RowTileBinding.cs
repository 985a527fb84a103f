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
        op.Epilogue.Activation.Bind(new ForwardBinder(device, op.Window, shape));

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

    private sealed class ForwardBinder(Device device, Window window, RowTileShape shape) : IActivationBinder<ForwardTileKernel>
    {
        public ForwardTileKernel Bind<TActivation>()
            where TActivation : unmanaged, IActivation => (window.KernelH, window.StrideH) switch
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
                RowTileWidth.Sixteen => new(device, RowTileKernels.ForwardWide<TWindow, TActivation>, shape.GroupSize),
                RowTileWidth.Four => new(device, RowTileKernels.Forward<TWindow, TActivation>, shape.GroupSize),
                _ => new(device, RowTileKernels.ForwardGuarded<TWindow, TActivation>, shape.GroupSize),
            };
    }
}
