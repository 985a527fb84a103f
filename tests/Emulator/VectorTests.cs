#if GPUNET_EMULATOR
using GpuNet.Emulation;
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;

namespace GpuNet.Tests.Emulator;

[TestFixture]
internal sealed class VectorTests
{
    [Test]
    public void Cast_reads_the_same_bytes([Values] bool isChecked)
    {
        using var device = new EmulatedDevice(isChecked);
        using var input = device.Accelerator.Allocate1D<float>([.. Enumerable.Range(0, 32).Select(i => (float)i)]);
        using var output = device.Accelerator.Allocate1D<float>(8);
        var kernel = device.Accelerator.LoadKernel<ArrayView<float>, ArrayView<float>>(static (input, output) =>
        {
            F4 vector = input.Cast<F4>()[Group.IdxX];
            output[Group.IdxX] = vector.X + 2 * vector.Y + 3 * vector.Z + 4 * vector.W;
        });
        kernel(device.Stream, new KernelConfig(1, 8), input.View, output.View);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 8).Select(i => 40f * i + 20)));
    }

    [Test]
    public void Cast_changes_the_length([Values] bool isChecked)
    {
        using var device = new EmulatedDevice(isChecked);
        using var buffer = device.Accelerator.Allocate1D<float>(12);
        Assert.That(buffer.View.BaseView.Cast<F4>().Length, Is.EqualTo(3));
        Assert.That(buffer.View.BaseView.Cast<byte>().Length, Is.EqualTo(48));
        Assert.That(buffer.View.BaseView.Cast<F4>().Cast<float>().Length, Is.EqualTo(12));
        Assert.That(buffer.View.Cast<double>().Length, Is.EqualTo(6));
        Assert.That(ArrayView<float>.Empty.Cast<F4>().Length, Is.Zero);
    }

    [TestCase(0, 64, true)]
    [TestCase(64, 64, true)]
    [TestCase(4, 64, false, Description = "16 bytes, but a kernel's argument starts at a multiple of 256")]
    [TestCase(1, 64, false)]
    [TestCase(0, 63, false, Description = "not a whole number of vectors")]
    public void Argument_is_cast(int offset, int length, bool isAllowed)
    {
        using var device = new EmulatedDevice(isChecked: true);
        using var buffer = device.Accelerator.Allocate1D(new float[256]);
        var kernel = device.Accelerator.LoadKernel<ArrayView<float>>(static values => _ = values.Cast<F4>()[0]);
        Assert.That(() => kernel(device.Stream, new KernelConfig(1, 1), buffer.View.BaseView.SubView(offset, length)),
            isAllowed ? Throws.Nothing : FaultTests.Fault(KernelFault.Alignment).With.Message.Contains("'values'"));
    }

    [TestCase(0, true)]
    [TestCase(64, true)]
    [TestCase(4, false)]
    public void Argument_of_vectors(int offset, bool isAllowed)
    {
        using var device = new EmulatedDevice(isChecked: true);
        using var buffer = device.Accelerator.Allocate1D(new float[256]);
        var kernel = device.Accelerator.LoadKernel<ArrayView<F4>>(static vectors => _ = vectors[0]);
        Assert.That(() => kernel(device.Stream, new KernelConfig(1, 1), buffer.View.BaseView.SubView(offset, 64).Cast<F4>()),
            isAllowed ? Throws.Nothing : FaultTests.Fault(KernelFault.Alignment));
    }

    [TestCase(4, true)]
    [TestCase(2, false)]
    [TestCase(1, false)]
    public void Part_of_an_argument_is_cast(int offset, bool isAllowed)
    {
        using var device = new EmulatedDevice(isChecked: true);
        using var buffer = device.Accelerator.Allocate1D(new float[256]);
        var kernel = device.Accelerator.LoadKernel<ArrayView<float>, int>(
            static (values, offset) => _ = values.SubView(offset, 8).Cast<F4>()[0]);
        Assert.That(() => kernel(device.Stream, new KernelConfig(1, 1), buffer.View, offset),
            isAllowed ? Throws.Nothing : FaultTests.Fault(KernelFault.Alignment));
    }

    [Test]
    public void Pairs_need_eight_bytes()
    {
        using var device = new EmulatedDevice(isChecked: true);
        using var buffer = device.Accelerator.Allocate1D(new float[256]);
        Assert.That(buffer.View.BaseView.SubView(2, 4).Cast<F2>().Length, Is.EqualTo(2));
        Assert.That(() => buffer.View.BaseView.SubView(1, 4).Cast<F2>(), FaultTests.Fault(KernelFault.Alignment));
    }

    [Test]
    public void Shared_memory_is_cast()
    {
        using var device = new EmulatedDevice(isChecked: true);
        using var buffer = device.Accelerator.Allocate1D<float>(1);
        var kernel = device.Accelerator.LoadKernel<ArrayView<float>, int>(static (values, offset) =>
        {
            ArrayView<float> shared = SharedMemory.Allocate<float>(16);
            shared.SubView(offset, 8).Cast<F4>()[1] = new F4 { W = 3 };
            values[0] = shared[offset + 7];
        });
        kernel(device.Stream, new KernelConfig(1, 1), buffer.View, 4);
        Assert.That(buffer.GetAsArray1D()[0], Is.EqualTo(3));
        Assert.That(() => kernel(device.Stream, new KernelConfig(1, 1), buffer.View, 3), FaultTests.Fault(KernelFault.Alignment)
            .With.Message.Contains("'shared'"));
    }

    [Test]
    public void Fields_of_a_vector_have_one_type()
    {
        using var device = new EmulatedDevice(isChecked: true);
        using var buffer = device.Accelerator.Allocate1D(new float[256]);
        Assert.That(() => buffer.View.BaseView.Cast<Mixed>(), FaultTests.Fault(KernelFault.Alignment)
            .With.Message.Contains("different types"));
    }

#pragma warning disable CS0649 // Only their layout counts.
    private struct F2
    {
        public float X, Y;
    }

    private struct Mixed
    {
        public float X;
        public int Y;
    }
#pragma warning restore CS0649
}
#endif
