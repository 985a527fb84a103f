using System.Collections.Immutable;

namespace ILGPU.Runtime.OpenCL;

/// <summary>Stands in for ILGPU's type, so that code which lists devices compiles; there are never any here.</summary>
public sealed class CLDevice : Device
{
    private CLDevice() : base("OpenCL", AcceleratorType.OpenCL)
    {
    }

    /// <summary>The driver's number of the platform.</summary>
    public IntPtr PlatformId { get; }

    /// <summary>The driver's number of the device.</summary>
    public IntPtr DeviceId { get; }

    /// <summary>The platform's name.</summary>
    public string PlatformName { get; } = "";

    /// <summary>The platform's version.</summary>
    public string PlatformVersion { get; } = "";

    /// <summary>The vendor's name as the driver spells it.</summary>
    public string VendorName { get; } = "";

    /// <summary>The vendor, as far as it is a known one.</summary>
    public CLDeviceVendor Vendor { get; } = CLDeviceVendor.Other;

    /// <summary>Whether it is a processor, a GPU or something else.</summary>
    public CLDeviceType DeviceType { get; }

    /// <summary>The version of the driver.</summary>
    public string DriverVersion { get; } = "";

    /// <summary>The version of OpenCL that the device follows.</summary>
    public CLDeviceVersion DeviceVersion { get; }

    /// <summary>The version of OpenCL C that the device compiles.</summary>
    public CLCVersion CVersion { get; }

    /// <summary>The version of OpenCL C that kernels are written in.</summary>
    public CLCVersion CLStdVersion { get; }

    /// <summary>The names of the extensions.</summary>
    public ImmutableArray<string> Extensions { get; } = [];

    /// <summary>What the device can do beyond the common ground.</summary>
    public new CLCapabilityContext Capabilities { get; } = new();

    /// <summary>Whether the device has an extension.</summary>
    public bool HasExtension(string extension) => Extensions.Contains(extension);

    /// <summary>The devices that satisfy a condition: none.</summary>
    public static ImmutableArray<Device> GetDevices(Predicate<CLDevice> predicate) => [];

    /// <inheritdoc />
    public override Accelerator CreateAccelerator(Context context) => CreateCLAccelerator(context);

    /// <summary>Opens the device.</summary>
    public CLAccelerator CreateCLAccelerator(Context context) => throw new NotSupportedException("the emulator has no OpenCL devices");
}

/// <summary>What an OpenCL device can do beyond the common ground.</summary>
public sealed class CLCapabilityContext : CapabilityContext
{
    internal CLCapabilityContext()
    {
    }
}

/// <summary>Vendors of OpenCL devices.</summary>
public enum CLDeviceVendor
{
    /// <summary>AMD.</summary>
    AMD,

    /// <summary>Intel.</summary>
    Intel,

    /// <summary>NVIDIA.</summary>
    Nvidia,

    /// <summary>Any other.</summary>
    Other,
}

/// <summary>A version of OpenCL C.</summary>
/// <param name="Major">The main number.</param>
/// <param name="Minor">The number within it.</param>
public readonly record struct CLCVersion(int Major, int Minor);

/// <summary>A version of OpenCL.</summary>
/// <param name="Major">The main number.</param>
/// <param name="Minor">The number within it.</param>
public readonly record struct CLDeviceVersion(int Major, int Minor);
