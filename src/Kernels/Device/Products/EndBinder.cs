namespace GpuNet.Kernels;

/// <summary>Builds a kernel for what becomes of a product's sums, as an activation and the place of a residual say.</summary>
/// <typeparam name="TKernel">What is built.</typeparam>
/// <param name="residual">Where a map is added.</param>
internal abstract class EndBinder<TKernel>(ResidualOrder residual) : IActivationBinder<TKernel>
{
    /// <inheritdoc/>
    public TKernel Bind<TActivation>()
        where TActivation : unmanaged, IActivation =>
        residual == ResidualOrder.AfterActivation ? BindEnd<ActivationResidualEnd<TActivation>>()
        : typeof(TActivation) == typeof(Identity) ? BindEnd<SumEnd>()
        : BindEnd<ActivationEnd<TActivation>>();

    /// <summary>Builds it.</summary>
    protected abstract TKernel BindEnd<TEnd>()
        where TEnd : unmanaged, IProductEnd;
}
