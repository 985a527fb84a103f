using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Loader;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using IlgpuDevice = ILGPU.Runtime.Device;

namespace GpuNet;

public sealed partial class Device
{
    private const string OpenCLNote = "lacks the generic address space: used only when asked for by name";

    static Device() => AssemblyLoadContext.Default.ResolvingUnmanagedDll += ResolveOpenCL;

    /// <summary>What compiles kernels, with its version.</summary>
    public static string KernelCompiler => "ILGPU " + Context.Version;

    /// <summary>
    /// Every device this machine has, best first, the unusable ones with the reason. A back end without a driver is one line of
    /// its own.
    /// </summary>
    public static ImmutableArray<DeviceInfo> All()
    {
        var all = ImmutableArray.CreateBuilder<DeviceInfo>();
        using (Context context = CreateContext(new DeviceOptions()))
        {
            all.AddRange(Cards(context).Select(c => c.Info));
            if (all.All(d => d.Kind != DeviceKind.Cuda))
                all.Insert(0, Missing("cuda", DeviceKind.Cuda, "libcuda.so.1", "nvcuda"));
            if (all.All(d => d.Kind != DeviceKind.OpenCL))
                all.Add(Missing("opencl", DeviceKind.OpenCL, "libOpenCL.so.1", "OpenCL"));
        }
        all.Add(HostInfo());
        all.Add(SimulatorInfo(new DeviceOptions()));
        return all.ToImmutable();
    }

    /// <summary>Opens a device.</summary>
    /// <param name="name">
    /// <c>auto</c> (CUDA, then an OpenCL GPU, then <c>cpu</c>), or a name of the device list; without a number the first usable
    /// of its kind.
    /// </param>
    /// <param name="options">Choices for host threads and the simulator.</param>
    /// <exception cref="GpuNetException">There is no such device, or it cannot be used; the message says why.</exception>
    public static Device Open(string name = "auto", DeviceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        options ??= new DeviceOptions();
        if (name is "cpu")
            return OpenHost(options);
        if (name is "simulator")
            return OpenSimulator(options);
        Context? context = CreateContext(options);
        try
        {
            List<(DeviceInfo Info, IlgpuDevice Device)> found = Cards(context);
            (DeviceInfo Info, IlgpuDevice Device) chosen = name == "auto"
                ? found.FirstOrDefault(d => d.Info is { Usable: true, Automatic: true })
                : found.FirstOrDefault(d => Matches(d.Info, name) && d.Info.Usable);
            if (chosen.Info is null && name == "auto")
                return OpenHost(options);
            if (chosen.Info is null)
                throw NoSuchDevice(name);
            RequirePrecision(chosen.Info, options);
            if (chosen.Device is CLDevice { Capabilities.GenericAddressSpace: false } opencl)
                AssumeGenericAddressSpace(opencl);
            Accelerator accelerator = chosen.Device.CreateAccelerator(context);
            var device = new Device(chosen.Info, options, context, accelerator);
            context = null;
            return device;
        }
        catch (Exception e) when (e is AcceleratorException or NotSupportedException)
        {
            throw new GpuNetException($"Device {name} cannot be opened: {e.Message}", e);
        }
        finally
        {
            context?.Dispose();
        }
    }

    private static Device OpenHost(DeviceOptions options)
    {
        DeviceInfo info = HostInfo();
        RequirePrecision(info, options);
        return new Device(info, options, null, null);
    }

    private static Device OpenSimulator(DeviceOptions options)
    {
        DeviceInfo info = SimulatorInfo(options);
        info = options.Loader?.Describe(info) ?? info;
        RequirePrecision(info, options);
        Context context = CreateContext(options);
        var cpu = new CPUDevice(options.WarpSize, options.WarpsPerGroup, 1);
        return new Device(info, options, context, cpu.CreateCPUAccelerator(context));
    }

    // Who asks for less precision wants its speed, and should not find out by measuring that there is none to be had.
    private static void RequirePrecision(DeviceInfo info, DeviceOptions options)
    {
        if (options.Precision == Precision.TensorFloat32 && info.ComputeCapability < DeviceInfo.MatrixUnitsCapability)
        {
            throw new GpuNetException(
                $"Device {info.Name} has no tf32 matrix units: they take CUDA devices of compute capability 8.0 and later. "
                + "Use precision float32.");
        }
        if (options.Precision == Precision.Bfloat16 && info.Kind == DeviceKind.Cpu)
        {
            throw new GpuNetException(
                $"Device {info.Name} keeps values as float32: bfloat16 takes a device that runs kernels. Use precision float32.");
        }
    }

    private static Context CreateContext(DeviceOptions options) => Context.Create(builder =>
    {
        builder.CPU(new CPUDevice(options.WarpSize, options.WarpsPerGroup, 1)).Cuda().OpenCL(static _ => true)
            .EnableAlgorithms().Optimize(OptimizationLevel.O2).Inlining(InliningMode.Aggressive).Math(MathMode.Default);
        if (options.Checked)
            builder.Assertions();
    });

    private static bool Matches(DeviceInfo info, string name) =>
        info.Name == name || (!name.Contains(':', StringComparison.Ordinal) && info.Name.StartsWith(name + ":", StringComparison.Ordinal));

    private static GpuNetException NoSuchDevice(string name)
    {
        ImmutableArray<DeviceInfo> all = All();
        DeviceInfo? known = all.FirstOrDefault(d => Matches(d, name));
        string why = known is { Usable: false } ? $"{known.Note}" : "no such device";
        return new GpuNetException(
            $"Device {name}: {why}. Usable here: auto, {string.Join(", ", all.Where(d => d.Usable).Select(d => d.Name))}.");
    }

    private static List<(DeviceInfo Info, IlgpuDevice Device)> Cards(Context context)
    {
        var cards = new List<(DeviceInfo, IlgpuDevice)>();
        var cuda = context.GetCudaDevices();
        for (int i = 0; i < cuda.Count; i++)
            cards.Add((CudaInfo(cuda[i], i), cuda[i]));
        var opencl = context.GetCLDevices();
        for (int i = 0; i < opencl.Count; i++)
            cards.Add((OpenCLInfo(opencl[i], i), opencl[i]));
        return cards;
    }

    private static DeviceInfo CudaInfo(CudaDevice device, int index)
    {
        bool usable = device.InstructionSet is not null;
        string note = usable ? $"compute capability {device.Architecture}" : "its driver is too new or too old for this ILGPU";
        int capability = device.Architecture is { } architecture ? (10 * architecture.Major) + architecture.Minor : 0;
        return Describe(device, $"cuda:{index}", DeviceKind.Cuda, usable, note) with
        {
            Automatic = true,
            ComputeCapability = capability,
            GraphObstacle = CudaGraphs.Value.Obstacle,
            Driver = $"{device.DriverVersion.Major}.{device.DriverVersion.Minor}",
        };
    }

    private static DeviceInfo OpenCLInfo(CLDevice device, int index)
    {
        bool generic = device.Capabilities.GenericAddressSpace;
        bool gpu = device.DeviceType.ToString().Contains("GPU", StringComparison.Ordinal);
        return Describe(device, $"opencl:{index}", DeviceKind.OpenCL, true, generic ? "" : OpenCLNote) with
        {
            Automatic = generic && gpu,
            IsProcessor = !gpu,
            GraphObstacle = "OpenCL has no graphs",
            Driver = OpenCLDriver(device),
        };
    }

    private static string OpenCLDriver(CLDevice device)
    {
        try
        {
            return CLAPI.CurrentAPI.GetDeviceInfo(device.DeviceId, CLDeviceInfoType.CL_DRIVER_VERSION).Trim();
        }
        catch (CLException)
        {
            return "";
        }
    }

    private static DeviceInfo Describe(IlgpuDevice device, string name, DeviceKind kind, bool usable, string note) => new(
        name, kind, device.Name.Trim(), device.MemorySize, device.NumMultiprocessors, device.WarpSize, device.MaxNumThreadsPerGroup,
        device.MaxSharedMemoryPerGroup, usable, note);

    private static DeviceInfo Missing(string name, DeviceKind kind, string unixLibrary, string windowsLibrary)
    {
        string library = OperatingSystem.IsWindows() ? windowsLibrary : unixLibrary;
        string note = NativeLibrary.TryLoad(library, out nint handle) && Free(handle)
            ? $"{library} is there but lists no usable device" : $"no driver: {library} was not found";
        return new DeviceInfo(name, kind, "-", 0, 0, 0, 0, 0, false, note);
    }

    private static bool Free(nint handle)
    {
        NativeLibrary.Free(handle);
        return true;
    }

    private static DeviceInfo HostInfo()
    {
        int bits = Vector512.IsHardwareAccelerated
            ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 32;
        string description = string.Create(CultureInfo.InvariantCulture, $"{RuntimeInformation.ProcessArchitecture}, {bits}-bit vectors");
        return new DeviceInfo("cpu", DeviceKind.Cpu, description, AvailableHostMemory(), Environment.ProcessorCount, 1, 1, 0, true, "")
        {
            Automatic = true,
            GraphObstacle = "host code is called, not launched",
        };
    }

    private static DeviceInfo SimulatorInfo(DeviceOptions options) => new(
        "simulator", DeviceKind.Simulator, $"kernels on the processor, through {KernelCompiler}", AvailableHostMemory(), 1,
        options.WarpSize, options.WarpSize * options.WarpsPerGroup, 48 << 10, true, "for tests and debugging, slow")
    {
        GraphObstacle = "the simulator has no graphs",
    };

    // Run-time packages ship only libOpenCL.so.1, while the loader looks for libOpenCL.so.
    private static nint ResolveOpenCL(Assembly assembly, string name) =>
        name.Contains("OpenCL", StringComparison.OrdinalIgnoreCase) && NativeLibrary.TryLoad("libOpenCL.so.1", out nint handle)
        ? handle : 0;

    // The kernels use no generic pointers, so a device that only fails to report them runs them. The setter is not public.
    private static void AssumeGenericAddressSpace(CLDevice device) =>
        typeof(CLCapabilityContext).GetProperty(nameof(CLCapabilityContext.GenericAddressSpace))!.SetValue(device.Capabilities, true);
}
