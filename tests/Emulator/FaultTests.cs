#if GPUNET_EMULATOR
using GpuNet.Emulation;
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;

namespace GpuNet.Tests.Emulator;

/// <summary>For every check a kernel that commits the fault and its twin that does not.</summary>
[TestFixture]
internal sealed class FaultTests
{
    private EmulatedDevice device = null!;

    [SetUp]
    public void Open() => device = new EmulatedDevice(isChecked: true);

    [TearDown]
    public void Close() => device.Dispose();

    [Test]
    public void Read_out_of_bounds()
    {
        Assert.That(Run(static values => _ = values[Group.IdxX], 8, 8), Is.Null);
        Assert.That(Run(static values => _ = values[Group.IdxX + 1], 8, 8), Is.EqualTo(KernelFault.OutOfBounds));
        Assert.That(Run(static values => _ = values[Group.IdxX - 1], 8, 8), Is.EqualTo(KernelFault.OutOfBounds));
        Assert.That(Run(static values => _ = values[0x1_0000_0000L], 8, 8), Is.EqualTo(KernelFault.OutOfBounds));
    }

    [Test]
    public void Write_out_of_bounds()
    {
        Assert.That(Run(static values => values[Group.IdxX] = 1, 8, 8), Is.Null);
        Assert.That(Run(static values => values[Group.IdxX] = 1, 7, 8), Is.EqualTo(KernelFault.OutOfBounds));
    }

    [Test]
    public void Sub_view_out_of_bounds()
    {
        Assert.That(Run(static values => values.SubView(4, 4)[3] = 1, 8, 1), Is.Null);
        Assert.That(Run(static values => values.SubView(4, 4)[4] = 1, 12, 1), Is.EqualTo(KernelFault.OutOfBounds));
        Assert.That(Run(static values => values.SubView(4, 5), 8, 1), Is.EqualTo(KernelFault.OutOfBounds));
        Assert.That(Run(static values => values.SubView(-1, 2), 8, 1), Is.EqualTo(KernelFault.OutOfBounds));
    }

    [Test]
    public void Shared_and_local_memory_out_of_bounds()
    {
        Assert.That(Run(static _ => SharedMemory.Allocate<float>(4)[3] = 1, 1, 1), Is.Null);
        Assert.That(Run(static _ => SharedMemory.Allocate<float>(4)[4] = 1, 1, 1), Is.EqualTo(KernelFault.OutOfBounds));
        Assert.That(Run(static _ => LocalMemory.Allocate<float>(4)[3] = 1, 1, 8), Is.Null);
        Assert.That(Run(static _ => LocalMemory.Allocate<float>(4)[4] = 1, 1, 8), Is.EqualTo(KernelFault.OutOfBounds));
    }

    [Test]
    public void Read_of_unwritten_shared_memory()
    {
        Assert.That(Run(static values =>
        {
            ArrayView<float> shared = SharedMemory.Allocate<float>(8);
            shared[Group.IdxX] = 1;
            values[Group.IdxX] = shared[Group.IdxX];
        }, 8, 8), Is.Null);
        Assert.That(Run(static values =>
        {
            ArrayView<float> shared = SharedMemory.Allocate<float>(8);
            values[Group.IdxX] = shared[Group.IdxX];
        }, 8, 8), Is.EqualTo(KernelFault.Unwritten));
    }

    [Test]
    public void Shared_memory_is_unwritten_again_in_the_next_group()
    {
        var kernel = device.Accelerator.LoadKernel<ArrayView<float>>(static values =>
        {
            ArrayView<float> shared = SharedMemory.Allocate<float>(1);
            if (Grid.IdxX == 0)
                shared[0] = 1;
            values[Grid.IdxX] = shared[0];
        });
        using var buffer = device.Accelerator.Allocate1D<float>(2);
        Assert.That(() => kernel(device.Stream, new KernelConfig(2, 1), buffer.View), Fault(KernelFault.Unwritten)
            .With.Message.Contains("'shared'"));
    }

    [Test]
    public void Read_of_unwritten_local_memory()
    {
        Assert.That(Run(static values =>
        {
            ArrayView<float> local = LocalMemory.Allocate<float>(8);
            local[3] = 1;
            values[Group.IdxX] = local[3];
        }, 8, 8), Is.Null);
        Assert.That(Run(static values =>
        {
            ArrayView<float> local = LocalMemory.Allocate<float>(8);
            if (Group.IdxX < 7)
                local[3] = 1;
            values[Group.IdxX] = local[3];
        }, 8, 8), Is.EqualTo(KernelFault.Unwritten));
    }

    [Test]
    public void Read_of_unwritten_global_memory()
    {
        using var fresh = device.Accelerator.Allocate1D<float>(8);
        Action<AcceleratorStream, KernelConfig, ArrayView<float>> read = device.Accelerator.LoadKernel<ArrayView<float>>(static values =>
            _ = values[Group.IdxX]);
        Action launch = () => read(device.Stream, new KernelConfig(1, 8), fresh.View);
        Assert.That(launch, Fault(KernelFault.Unwritten));
        fresh.View.SubView(0, 7).BaseView.MemSetToZero();
        Assert.That(launch, Fault(KernelFault.Unwritten));
        device.Accelerator.LoadKernel<ArrayView<float>>(static values => values[7] = 1)(device.Stream, new KernelConfig(1, 1), fresh.View);
        Assert.That(launch, Throws.Nothing);
    }

    [Test]
    public void Range_can_count_as_unwritten_again()
    {
        using var buffer = device.Accelerator.Allocate1D(new float[3000]);
        var read = device.Accelerator.LoadKernel<ArrayView<float>, int>(static (values, i) => _ = values[i]);
        buffer.View.BaseView.SubView(10, 2500).MarkUnwritten();
        foreach ((int index, bool isWritten) in new[] { (9, true), (10, false), (1500, false), (2509, false), (2510, true) })
            Assert.That(() => read(device.Stream, new KernelConfig(1, 1), buffer.View, index),
                isWritten ? Throws.Nothing : Fault(KernelFault.Unwritten));
    }

    [Test]
    public void Bytes_of_a_word_are_written_one_by_one()
    {
        using var buffer = device.Accelerator.Allocate1D<byte>(8);
        var write = device.Accelerator.LoadKernel<ArrayView<byte>, int>(static (values, shift) => values[Group.IdxX + shift] = 1);
        Assert.That(() => write(device.Stream, new KernelConfig(1, 7), buffer.View, 0), Throws.Nothing);
        var read = device.Accelerator.LoadKernel<ArrayView<byte>, int>(static (values, i) => _ = values[i]);
        Assert.That(() => read(device.Stream, new KernelConfig(1, 1), buffer.View, 6), Throws.Nothing);
        Assert.That(() => read(device.Stream, new KernelConfig(1, 1), buffer.View, 7), Fault(KernelFault.Unwritten));
    }

    [Test]
    public void Barrier_that_some_lanes_miss()
    {
        Assert.That(Run(static _ => Group.Barrier(), 1, 8), Is.Null);
        Assert.That(Run(static _ =>
        {
            if (Group.IdxX != 5)
                Group.Barrier();
        }, 1, 8), Is.EqualTo(KernelFault.Barrier));
        Assert.That(Run(static _ =>
        {
            for (int i = 0; i <= Group.IdxX; i++)
                Group.Barrier();
        }, 1, 8), Is.EqualTo(KernelFault.Barrier));
    }

    [Test]
    public void Different_barriers_for_different_lanes() =>
        Assert.That(Run(static _ =>
        {
            if (Group.IdxX < 4)
                Group.Barrier();
            else
                Group.Barrier();
        }, 1, 8), Is.EqualTo(KernelFault.Barrier));

    [Test]
    public void Message_names_kernel_group_lane_view_and_element()
    {
        using var buffer = device.Accelerator.Allocate1D<float>(10);
        var kernel = device.Accelerator.LoadKernel<ArrayView<float>>(WriteTwice);
        Assert.That(() => kernel(device.Stream, new KernelConfig(new Index2D(1, 3), new Index2D(2, 2)), buffer.View),
            Fault(KernelFault.OutOfBounds)
            .With.Message.EqualTo("kernel 'FaultTests.WriteTwice', group (0, 2, 0), lane (0, 1, 0): write of element 10 of 'gradient', which has 10"));
    }

    [Test]
    public void Views_in_a_struct_are_named_after_parameter_and_field()
    {
        using var buffer = device.Accelerator.Allocate1D<float>(4);
        var kernel = device.Accelerator.LoadKernel<Pair>(static pair => _ = pair.Second[4]);
        Assert.That(() => kernel(device.Stream, new KernelConfig(1, 1), new Pair { First = buffer.View, Second = buffer.View }),
            Fault(KernelFault.OutOfBounds).With.Message.Contains("'pair.Second'"));
    }

    [Test]
    public void Views_of_eight_and_more_arguments_are_named()
    {
        using var buffer = device.Accelerator.Allocate1D<float>(4);
        var kernel = device.Accelerator.LoadKernel<int, int, int, int, int, int, int, int, ArrayView<float>>(
            static (a, b, c, d, e, f, g, h, ninth) => _ = ninth[9]);
        Assert.That(() => kernel(device.Stream, new KernelConfig(1, 1), 1, 2, 3, 4, 5, 6, 7, 8, buffer.View),
            Fault(KernelFault.OutOfBounds).With.Message.Contains("'ninth'"));
    }

    [Test]
    public void Bounds_are_checked_in_plainmode_too()
    {
        using var plain = new EmulatedDevice(isChecked: false);
        using var buffer = plain.Accelerator.Allocate1D<float>(8);
        var kernel = plain.Accelerator.LoadKernel<ArrayView<float>>(static values => values[Group.IdxX] = 1);
        Assert.That(() => kernel(plain.Stream, new KernelConfig(1, 8), buffer.View), Throws.Nothing);
        Assert.That(() => kernel(plain.Stream, new KernelConfig(1, 9), buffer.View), Fault(KernelFault.OutOfBounds));
    }

    internal static NUnit.Framework.Constraints.EqualConstraint Fault(KernelFault fault) =>
        Throws.TypeOf<KernelFaultException>().With.Property(nameof(KernelFaultException.Fault)).EqualTo(fault);

    private static void WriteTwice(ArrayView<float> gradient) =>
        gradient[Grid.IdxY * 4 + Group.LinearIndex] = 1;

    /// <summary>What one group of lanes does wrong with a buffer of zeros, or null.</summary>
    private KernelFault? Run(Action<ArrayView<float>> kernel, int length, int lanes)
    {
        using var buffer = device.Accelerator.Allocate1D(new float[length]);
        try
        {
            device.Accelerator.LoadKernel(kernel)(device.Stream, new KernelConfig(1, lanes), buffer.View);
            return null;
        }
        catch (KernelFaultException exception)
        {
            return exception.Fault;
        }
    }

    private struct Pair
    {
        public ArrayView<float> First;
        public ArrayView<float> Second;
    }
}
#endif
