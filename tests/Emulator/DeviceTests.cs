#if GPUNET_EMULATOR
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using NUnit.Framework;

namespace GpuNet.Tests.Emulator;

/// <summary>Opens accelerators in either mode.</summary>
internal sealed class EmulatedDevice : IDisposable
{
    private readonly Context context;

    public EmulatedDevice(bool isChecked, CPUDevice? device = null)
    {
        context = Context.Create(builder =>
        {
            builder.CPU(device ?? CPUDevice.Nvidia).EnableAlgorithms();
            if (isChecked)
                builder.Assertions();
        });
        Accelerator = context.Devices[0].CreateAccelerator(context);
    }

    public Accelerator Accelerator { get; }

    public AcceleratorStream Stream => Accelerator.DefaultStream;

    public void Dispose()
    {
        Accelerator.Dispose();
        context.Dispose();
    }
}

[TestFixture]
internal sealed class DeviceTests
{
    [Test]
    public void Context_registers_equal_devices_once()
    {
        using Context context = Context.Create(builder => builder.CPU(new CPUDevice(4, 8, 1)).CPU(new CPUDevice(4, 8, 1)).CPU());
        Assert.That(context.Devices, Has.Length.EqualTo(2));
        Assert.That(context.GetCPUDevices().Count, Is.EqualTo(2));
        Assert.That(context.GetDevice<CPUDevice>(1), Is.EqualTo(CPUDevice.Default));
    }

    [Test]
    public void There_are_no_devices_of_other_kinds()
    {
        using Context context = Context.Create(builder => builder.Cuda().OpenCL().OpenCL(_ => true)
            .Optimize(OptimizationLevel.O2).Math(MathMode.Fast32BitOnly).Inlining(InliningMode.Aggressive).EnableAlgorithms());
        Assert.That(context.Devices, Is.Empty);
        Assert.That(context.GetCudaDevices().Count, Is.Zero);
        Assert.That(context.GetCLDevices().Count, Is.Zero);
        Assert.That(() => context.CreateCudaAccelerator(0), Throws.TypeOf<NotSupportedException>());
        Assert.That(context.Devices.OfType<CLDevice>().Select(device => (device.Vendor, device.Capabilities.GenericAddressSpace)),
            Is.Empty);
        Assert.That(context.Devices.OfType<CudaDevice>().Select(device => (device.Architecture, device.DriverVersion)), Is.Empty);
    }

    [Test]
    public void Accelerator_has_the_shape_of_its_device()
    {
        using var device = new EmulatedDevice(isChecked: false, new CPUDevice(8, 16, 3));
        Accelerator accelerator = device.Accelerator;
        Assert.That(accelerator, Is.InstanceOf<CPUAccelerator>());
        Assert.That(accelerator.AcceleratorType, Is.EqualTo(AcceleratorType.CPU));
        Assert.That(accelerator.WarpSize, Is.EqualTo(8));
        Assert.That(accelerator.MaxNumThreadsPerGroup, Is.EqualTo(128));
        Assert.That(accelerator.NumMultiprocessors, Is.EqualTo(3));
        Assert.That(accelerator.MaxSharedMemoryPerGroup, Is.EqualTo(48 * 1024));
        Assert.That(accelerator.MemorySize, Is.Positive);
    }

    [TestCase(1, 4, 1)]
    [TestCase(4, 3, 1)]
    [TestCase(4, 4, 0)]
    [TestCase(1024, 64, 1)]
    public void Impossible_shape_is_refused(int threads, int warps, int multiprocessors) =>
        Assert.That(() => new CPUDevice(threads, warps, multiprocessors), Throws.InstanceOf<ArgumentOutOfRangeException>());
}
#endif
