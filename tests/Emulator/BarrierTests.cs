#if GPUNET_EMULATOR
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;

namespace GpuNet.Tests.Emulator;

[TestFixture]
internal sealed class BarrierTests
{
    private const int MaxGroup = 1024;

    [Test]
    public void Group_sums_in_shared_memory([Values] bool isChecked, [Values(1, 4, 32, 33, 256, 1024)] int groupSize)
    {
        const int groups = 3;
        using var device = new EmulatedDevice(isChecked);
        float[] values = [.. Enumerable.Range(0, groups * groupSize).Select(i => (float)(i % 97))];
        using var input = device.Accelerator.Allocate1D(values);
        using var output = device.Accelerator.Allocate1D<float>(groups);
        var kernel = device.Accelerator.LoadKernel<ArrayView<float>, ArrayView<float>>(Sum, new KernelSpecialization(groupSize, null));
        kernel(device.Stream, new KernelConfig(groups, groupSize), input.View, output.View);
        device.Accelerator.Synchronize();
        Assert.That(output.GetAsArray1D(), Is.EqualTo(values.Chunk(groupSize).Select(chunk => chunk.Sum())));
    }

    [Test]
    public void Many_barriers_keep_lanes_in_step([Values] bool isChecked, [Values(2, 5, 64)] int groupSize)
    {
        using var device = new EmulatedDevice(isChecked);
        using var output = device.Accelerator.Allocate1D<int>(4 * groupSize);
        var kernel = device.Accelerator.LoadKernel<ArrayView<int>, int>(Rotate);
        kernel(device.Stream, new KernelConfig(4, groupSize), output.View, 2 * groupSize + 1);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 4 * groupSize).Select(i => (i + 1) % groupSize)));
    }

    [Test]
    public void Lanes_that_end_early_do_not_hold_others_up_in_unchecked_mode()
    {
        using var device = new EmulatedDevice(isChecked: false);
        using var output = device.Accelerator.Allocate1D<int>(8);
        output.MemSetToZero();
        device.Accelerator.LoadKernel<ArrayView<int>, int>(HalfBarrier)(device.Stream, new KernelConfig(1, 8), output.View, 4);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 8).Select(i => i < 4 ? 1 : 0)));
    }

    [Test]
    public void Failing_lane_ends_the_others_and_surfaces_once([Values] bool isChecked, [Values(0, 3, 31)] int failing,
        [Values(0, 1, 2)] int phase)
    {
        using var device = new EmulatedDevice(isChecked);
        using var output = device.Accelerator.Allocate1D<int>(32);
        var kernel = device.Accelerator.LoadKernel<ArrayView<int>, int, int>(FailAt);
        Assert.That(() => kernel(device.Stream, new KernelConfig(5, 32), output.View, failing, phase),
            Throws.TypeOf<ArithmeticException>().With.Message.EqualTo("lane fails"));
        // The same kernel works afterwards.
        Assert.That(() => kernel(device.Stream, new KernelConfig(1, 32), output.View, -1, 0), Throws.Nothing);
    }

    [Test]
    public void Kernels_of_several_host_threads_do_not_mix([Values] bool isChecked)
    {
        using var device = new EmulatedDevice(isChecked);
        var kernel = device.Accelerator.LoadKernel<ArrayView<int>, int>(Rotate);
        Parallel.For(0, 8, _ =>
        {
            using var output = device.Accelerator.Allocate1D<int>(48);
            for (int round = 0; round < 5; round++)
                kernel(device.Stream, new KernelConfig(3, 16), output.View, 4);
            Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 48).Select(i => (i + 4) % 16)));
        });
    }

    // A tree over any group size: the upper part is added to the lower until one element is left.
    private static void Sum(ArrayView<float> input, ArrayView<float> output)
    {
        ArrayView<float> partial = SharedMemory.Allocate<float>(MaxGroup);
        int lane = Group.IdxX;
        partial[lane] = input[Grid.IdxX * Group.DimX + lane];
        Group.Barrier();
        for (int count = Group.DimX; count > 1;)
        {
            int half = (count + 1) / 2;
            if (lane + half < count)
                partial[lane] += partial[lane + half];
            Group.Barrier();
            count = half;
        }
        if (lane == 0)
            output[Grid.IdxX] = partial[0];
    }

    // Every lane takes its neighbour's value, a number of times.
    private static void Rotate(ArrayView<int> output, int rounds)
    {
        ArrayView<int> values = SharedMemory.Allocate<int>(64);
        int lane = Group.IdxX;
        values[lane] = lane;
        Group.Barrier();
        for (int round = 0; round < rounds; round++)
        {
            int next = values[(lane + 1) % Group.DimX];
            Group.Barrier();
            values[lane] = next;
            Group.Barrier();
        }
        output[Grid.IdxX * Group.DimX + lane] = values[lane];
    }

    private static void HalfBarrier(ArrayView<int> output, int lanes)
    {
        if (Group.IdxX >= lanes)
            return;
        Group.Barrier();
        output[Group.IdxX] = 1;
    }

    private static void FailAt(ArrayView<int> output, int failing, int phase)
    {
        for (int i = 0; i < 3; i++)
        {
            if (Group.IdxX == failing && i == phase)
                throw new ArithmeticException("lane fails");
            Group.Barrier();
        }
        if (Grid.IdxX == 0)
            output[Group.IdxX] = 1;
    }
}
#endif
