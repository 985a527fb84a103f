namespace ILGPU.Runtime.OpenCL;

/// <summary>Stands in for ILGPU's type; never created here.</summary>
public sealed class CLAccelerator : Accelerator
{
    private CLAccelerator(Context context, CLDevice device) : base(context, device)
    {
    }
}

/// <summary>Registers OpenCL devices, of which there are none.</summary>
public static class CLContextExtensions
{
    /// <summary>Registers nothing.</summary>
    public static Context.Builder OpenCL(this Context.Builder builder) => builder;

    /// <summary>Registers nothing.</summary>
    public static Context.Builder OpenCL(this Context.Builder builder, Predicate<CLDevice> predicate) => builder;

    /// <summary>The OpenCL devices: none.</summary>
    public static DeviceCollection<CLDevice> GetCLDevices(this Context context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.GetDevices<CLDevice>();
    }

    /// <summary>The OpenCL device at a position; there is never one.</summary>
    public static CLDevice GetCLDevice(this Context context, int clDeviceIndex)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.GetDevice<CLDevice>(clDeviceIndex);
    }

    /// <summary>Opens the OpenCL device at a position; there is never one.</summary>
    public static CLAccelerator CreateCLAccelerator(this Context context, int clDeviceIndex) =>
        context.GetCLDevice(clDeviceIndex).CreateCLAccelerator(context);
}
