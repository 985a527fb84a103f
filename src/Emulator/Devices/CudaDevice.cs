using System.Collections.Immutable;

namespace ILGPU.Runtime.Cuda;

/// <summary>Stands in for ILGPU's type, so that code which lists devices compiles; there are never any here.</summary>
public sealed class CudaDevice : Device
{
    private CudaDevice() : base("CUDA", AcceleratorType.Cuda)
    {
    }

    /// <summary>The driver's number of the device.</summary>
    public int DeviceId { get; }

    /// <summary>The installed driver.</summary>
    public CudaDriverVersion DriverVersion { get; }

    /// <summary>The generation of the hardware.</summary>
    public CudaArchitecture? Architecture { get; }

    /// <summary>The version of PTX that the driver reads.</summary>
    public CudaInstructionSet? InstructionSet { get; }

    /// <summary>The clock of the multiprocessors in kHz.</summary>
    public int ClockRate { get; }

    /// <summary>The clock of the memory in kHz.</summary>
    public int MemoryClockRate { get; }

    /// <summary>The width of the memory's bus in bits.</summary>
    public int MemoryBusWidth { get; }

    /// <summary>The second-level cache in bytes.</summary>
    public int L2CacheSize { get; }

    /// <summary>The shared memory of a multiprocessor in bytes.</summary>
    public int MaxSharedMemoryPerMultiprocessor { get; }

    /// <summary>The registers of a group.</summary>
    public int TotalNumRegistersPerGroup { get; }

    /// <summary>The devices that satisfy a condition: none.</summary>
    public static ImmutableArray<Device> GetDevices(Predicate<CudaDevice> predicate) => [];

    /// <inheritdoc />
    public override Accelerator CreateAccelerator(Context context) => CreateCudaAccelerator(context);

    /// <summary>Opens the device.</summary>
    public CudaAccelerator CreateCudaAccelerator(Context context) => throw new NotSupportedException("the emulator has no CUDA devices");
}

/// <summary>The generation of a CUDA device's hardware.</summary>
/// <param name="Major">The generation.</param>
/// <param name="Minor">The variant within it.</param>
public readonly record struct CudaArchitecture(int Major, int Minor)
{
    /// <inheritdoc />
    public override string ToString() => $"SM_{Major}{Minor}";
}

/// <summary>The version of a CUDA driver.</summary>
/// <param name="Major">The main number.</param>
/// <param name="Minor">The number within it.</param>
public readonly record struct CudaDriverVersion(int Major, int Minor)
{
    /// <inheritdoc />
    public override string ToString() => $"{Major}.{Minor}";
}

/// <summary>A version of PTX.</summary>
/// <param name="Major">The main number.</param>
/// <param name="Minor">The number within it.</param>
public readonly record struct CudaInstructionSet(int Major, int Minor);
