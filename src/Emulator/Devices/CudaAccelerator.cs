namespace ILGPU.Runtime.Cuda;

/// <summary>Stands in for ILGPU's type; never created here.</summary>
public sealed class CudaAccelerator : Accelerator
{
    private CudaAccelerator(Context context, CudaDevice device) : base(context, device)
    {
    }

    /// <summary>The generation of the hardware.</summary>
    public CudaArchitecture Architecture => ((CudaDevice)Device).Architecture ?? default;

    /// <summary>Bytes of memory not in use.</summary>
    public long GetFreeMemory() => MemorySize;
}

/// <summary>Stands in for ILGPU's type; never created here.</summary>
public sealed class CudaStream : AcceleratorStream
{
    private CudaStream(CudaAccelerator accelerator) : base(accelerator)
    {
    }

    /// <summary>The driver's handle.</summary>
    public nint StreamPtr { get; }
}

/// <summary>Registers CUDA devices, of which there are none.</summary>
public static class CudaContextExtensions
{
    /// <summary>Registers nothing.</summary>
    public static Context.Builder Cuda(this Context.Builder builder) => builder;

    /// <summary>Registers nothing.</summary>
    public static Context.Builder Cuda(this Context.Builder builder, Predicate<CudaDevice> predicate) => builder;

    /// <summary>The CUDA devices: none.</summary>
    public static DeviceCollection<CudaDevice> GetCudaDevices(this Context context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.GetDevices<CudaDevice>();
    }

    /// <summary>The CUDA device at a position; there is never one.</summary>
    public static CudaDevice GetCudaDevice(this Context context, int cudaDeviceIndex)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.GetDevice<CudaDevice>(cudaDeviceIndex);
    }

    /// <summary>Opens the CUDA device at a position; there is never one.</summary>
    public static CudaAccelerator CreateCudaAccelerator(this Context context, int cudaDeviceIndex) =>
        context.GetCudaDevice(cudaDeviceIndex).CreateCudaAccelerator(context);
}
