#if GPUNET_EMULATOR
using GpuNet.Emulation;
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;

namespace GpuNet.Tests.Emulator;

/// <summary>Two lanes at one element: which pairs of accesses are ordered, and which are reported.</summary>
[TestFixture]
internal sealed class RaceTests
{
    private EmulatedDevice device = null!;

    [SetUp]
    public void Open() => device = new EmulatedDevice(isChecked: true);

    [TearDown]
    public void Close() => device.Dispose();

    [Test]
    public void Lanes_may_read_one_element() =>
        Assert.That(Run(static values => values[1 + Grid.IdxX * 8 + Group.IdxX] = values[0], groups: 3), Throws.Nothing);

    [Test]
    public void Lanes_may_not_write_one_element() =>
        Assert.That(Run(static values => values[0] = 1, groups: 1), FaultTests.Fault(KernelFault.Race)
            .With.Message.Contains("lane 0 of the group wrote"));

    [Test]
    public void Lanes_of_different_groups_may_not_write_one_element()
    {
        Assert.That(Run(static values => values[Group.IdxX] = 1, groups: 1), Throws.Nothing);
        Assert.That(Run(static values => values[Group.IdxX] = 1, groups: 2), FaultTests.Fault(KernelFault.Race)
            .With.Message.Contains("lane 0 of group 0"));
    }

    [Test]
    public void Read_after_another_lanes_write() =>
        Assert.That(Run(static values =>
        {
            values[Group.IdxX] = 1;
            values[16 + Group.IdxX] = values[(Group.IdxX + 7) % 8];
        }, groups: 1), FaultTests.Fault(KernelFault.Race));

    [Test]
    public void Read_after_another_lanes_write_and_a_barrier() =>
        Assert.That(Run(static values =>
        {
            values[Group.IdxX] = 1;
            Group.Barrier();
            values[16 + Group.IdxX] = values[(Group.IdxX + 7) % 8];
        }, groups: 1), Throws.Nothing);

    [Test]
    public void Write_after_another_lanes_read() =>
        Assert.That(Run(static values =>
        {
            float value = values[(Group.IdxX + 1) % 8];
            if (Group.IdxX == 1)
                values[1] = value;
        }, groups: 1), FaultTests.Fault(KernelFault.Race).With.Message.Contains("lane 0 of the group read"));

    [Test]
    public void Write_after_another_lanes_read_and_a_barrier() =>
        Assert.That(Run(static values =>
        {
            float value = values[(Group.IdxX + 1) % 8];
            Group.Barrier();
            values[Group.IdxX] = value;
        }, groups: 1), Throws.Nothing);

    [Test]
    public void Write_of_one_of_several_readers() =>
        Assert.That(Run(static values =>
        {
            float value = values[0];
            if (Group.IdxX == 7)
                values[0] = value;
        }, groups: 1), FaultTests.Fault(KernelFault.Race).With.Message.Contains("lane 6 of the group read"));

    [Test]
    public void Barrier_orders_no_other_group() =>
        Assert.That(Run(static values =>
        {
            if (Grid.IdxX == 0)
                values[Group.IdxX] = 1;
            Group.Barrier();
            if (Grid.IdxX == 1)
                _ = values[Group.IdxX];
        }, groups: 2), FaultTests.Fault(KernelFault.Race));

    [Test]
    public void Write_after_another_groups_read() =>
        Assert.That(Run(static values =>
        {
            float value = values[Group.IdxX];
            if (Grid.IdxX == 2)
                values[Group.IdxX] = value;
        }, groups: 3), FaultTests.Fault(KernelFault.Race).With.Message.Contains("of group 1 read"));

    [Test]
    public void Launches_are_ordered()
    {
        using var buffer = device.Accelerator.Allocate1D(new float[64]);
        var kernel = device.Accelerator.LoadKernel<ArrayView<float>, int>(static (values, shift) => values[(Group.IdxX + shift) % 8] += 1);
        for (int shift = 0; shift < 8; shift++)
            kernel(device.Stream, new KernelConfig(1, 8), buffer.View, shift);
        Assert.That(buffer.GetAsArray1D().Take(8), Is.All.EqualTo(8));
    }

    [Test]
    public void Shared_element_of_two_lanes()
    {
        Assert.That(Run(static values =>
        {
            ArrayView<float> shared = SharedMemory.Allocate<float>(8);
            shared[Group.IdxX] = 1;
            Group.Barrier();
            values[Group.IdxX] = shared[7 - Group.IdxX];
        }, groups: 1), Throws.Nothing);
        Assert.That(Run(static values =>
        {
            ArrayView<float> shared = SharedMemory.Allocate<float>(8);
            shared[Group.IdxX] = 1;
            values[Group.IdxX] = shared[Group.IdxX / 2];
        }, groups: 1), FaultTests.Fault(KernelFault.Race).With.Message.Contains("'shared'"));
    }

    [Test]
    public void Barrier_is_missing_before_shared_memory_is_used_again()
    {
        Assert.That(Run(static _ => TwoRounds(true), groups: 1), Throws.Nothing);
        Assert.That(Run(static _ => TwoRounds(false), groups: 1), FaultTests.Fault(KernelFault.Race));
    }

    [Test]
    public void Vector_and_scalar_views_of_one_element_meet()
    {
        Assert.That(Run(static values =>
        {
            if (Group.IdxX < 4)
                values.Cast<F4>()[Group.IdxX] = new F4 { X = 1 };
            else
                values[16 + Group.IdxX] = 1;
        }, groups: 1), Throws.Nothing);
        Assert.That(Run(static values =>
        {
            if (Group.IdxX < 4)
                values.Cast<F4>()[Group.IdxX] = new F4 { X = 1 };
            else
                values[11 + Group.IdxX] = 1;
        }, groups: 1), FaultTests.Fault(KernelFault.Race));
    }

    [Test]
    public void Bytes_of_a_word_belong_to_different_lanes()
    {
        using var buffer = device.Accelerator.Allocate1D(new byte[64]);
        var kernel = device.Accelerator.LoadKernel<ArrayView<byte>, int>(static (values, divisor) => values[Group.IdxX / divisor] = 1);
        Assert.That(() => kernel(device.Stream, new KernelConfig(1, 64), buffer.View, 1), Throws.Nothing);
        Assert.That(() => kernel(device.Stream, new KernelConfig(1, 64), buffer.View, 2), FaultTests.Fault(KernelFault.Race));
    }

    private static void TwoRounds(bool hasBarrier)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(8);
        for (int round = 0; round < 2; round++)
        {
            shared[Group.IdxX] = round;
            Group.Barrier();
            _ = shared[7 - Group.IdxX];
            if (hasBarrier)
                Group.Barrier();
        }
    }

    private Action Run(Action<ArrayView<float>> kernel, int groups) => () =>
    {
        using var buffer = device.Accelerator.Allocate1D(new float[64]);
        device.Accelerator.LoadKernel(kernel)(device.Stream, new KernelConfig(groups, 8), buffer.View);
    };
}

/// <summary>Four numbers that are loaded at once.</summary>
internal struct F4
{
#pragma warning disable CS0649 // Kernels fill them through casts.
    public float X, Y, Z, W;
#pragma warning restore CS0649
}
#endif
