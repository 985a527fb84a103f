#if GPUNET_EMULATOR
using GpuNet.Emulation;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;
using NUnit.Framework;

namespace GpuNet.Tests.Emulator;

[TestFixture]
internal sealed class MemoryTests
{
    [Test]
    public void Copies_go_there_and_back([Values] bool isChecked)
    {
        using var device = new EmulatedDevice(isChecked);
        int[] data = [1, 2, 3, 4, 5, 6];
        using var first = device.Accelerator.Allocate1D<int>(6);
        using var second = device.Accelerator.Allocate1D<int>(6);
        first.CopyFromCPU(data);
        second.View.CopyFrom(device.Stream, first.View);
        var back = new int[6];
        second.View.BaseView.CopyToCPU(device.Stream, back);
        Assert.That(back, Is.EqualTo(data));

        second.View.BaseView.SubView(2, 3).MemSetToZero(device.Stream);
        first.View.BaseView.SubView(0, 2).CopyTo(second.View.BaseView.SubView(4, 2));
        Assert.That(second.GetAsArray1D(), Is.EqualTo((int[])[1, 2, 0, 0, 1, 2]));

        ReadOnlySpan<int> span = data.AsSpan(1, 2);
        first.View.BaseView.CopyFromCPU(device.Stream, span);
        int single = 9;
        first.View.BaseView.SubView(5, 1).CopyFromCPU(ref single, 1);
        Span<int> target = stackalloc int[6];
        first.View.CopyToCPU(target);
        Assert.That(target.ToArray(), Is.EqualTo((int[])[2, 3, 3, 4, 5, 9]));
        first.View.CopyToCPU(device.Stream, ref target[0], 6);
        first.MemSet(255);
        Assert.That(first.View.BaseView.GetAsArray(), Is.All.EqualTo(-1));
    }

    [Test]
    public void Copies_beyond_a_view_are_refused([Values] bool isChecked)
    {
        using var device = new EmulatedDevice(isChecked);
        using var buffer = device.Accelerator.Allocate1D<int>(4);
        using var larger = device.Accelerator.Allocate1D<int>(5);
        Assert.That(() => buffer.CopyFromCPU(new int[5]), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => buffer.CopyToCPU(new int[5]), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => buffer.View.CopyFrom(larger.View), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new ArrayView<int>(buffer, 2, 3), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => buffer.View.BaseView.SubView(2, 3), Throws.TypeOf<KernelFaultException>());
        Assert.That(() => device.Accelerator.Allocate1D<int>(-1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Disposed_memory_is_refused([Values] bool isChecked)
    {
        using var device = new EmulatedDevice(isChecked);
        var buffer = device.Accelerator.Allocate1D(new int[4]);
        ArrayView<int> view = buffer.View;
        buffer.Dispose();
        buffer.Dispose();
        Assert.That(() => view.CopyToCPU(new int[4]), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => view.CopyFromCPU(new int[4]), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => buffer.MemSetToZero(), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => view.LoadEffectiveAddressAsPtr(), Throws.TypeOf<ObjectDisposedException>());
        if (isChecked)
        {
            var kernel = device.Accelerator.LoadKernel<ArrayView<int>>(static values => values[0] = 1);
            Assert.That(() => kernel(device.Stream, new KernelConfig(1, 1), view), Throws.TypeOf<ObjectDisposedException>());
        }
    }

    [Test]
    public void Disposed_accelerator_is_refused()
    {
        using var device = new EmulatedDevice(isChecked: false);
        Accelerator accelerator = device.Accelerator;
        accelerator.Dispose();
        Assert.That(() => accelerator.Allocate1D<int>(4), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(accelerator.Synchronize, Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => accelerator.LoadKernel<int>(static _ => { }), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public unsafe void Host_code_reads_and_writes_by_address([Values] bool isChecked)
    {
        using var device = new EmulatedDevice(isChecked);
        using var buffer = device.Accelerator.Allocate1D<float>(64);
        var host = (float*)buffer.View.BaseView.LoadEffectiveAddressAsPtr();
        Assert.That((long)host % 256, Is.Zero);
        Assert.That((IntPtr)host, Is.EqualTo(buffer.NativePtr));
        for (int i = 0; i < 64; i++)
            host[i] = i;
        var kernel = device.Accelerator.LoadKernel<ArrayView<float>>(static values => values[Group.IdxX] *= 2);
        kernel(device.Stream, new KernelConfig(1, 64), buffer.View);
        Assert.That(host[63], Is.EqualTo(126));
    }

    [Test]
    public void Views_know_their_length([Values] bool isChecked)
    {
        using var device = new EmulatedDevice(isChecked);
        using var buffer = device.Accelerator.Allocate1D<short>(10);
        ArrayView1D<short, Stride1D.Dense> dense = buffer.View;
        ArrayView<short> view = dense;
        Assert.That((view.Length, view.IntLength, view.LengthInBytes), Is.EqualTo((10L, 10, 20L)));
        Assert.That(dense.SubView(3, 4).Length, Is.EqualTo(4));
        Assert.That(view.SubView(3).Length, Is.EqualTo(7));
        Assert.That(view.SubView(10).Length, Is.Zero);
        Assert.That(view.IsValid && !ArrayView<short>.Empty.IsValid);
        Assert.That(buffer.LengthInBytes, Is.EqualTo(20));
    }

    [Test]
    public void Local_memory_belongs_to_a_lane([Values] bool isChecked)
    {
        using var device = new EmulatedDevice(isChecked);
        using var output = device.Accelerator.Allocate1D<int>(16);
        var kernel = device.Accelerator.LoadKernel<ArrayView<int>>(static output =>
        {
            ArrayView1D<int, Stride1D.Dense> local = LocalMemory.Allocate1D<int>(40_000);
            local[39_999] = Group.IdxX;
            Group.Barrier();
            output[Group.IdxX] = local[39_999];
        });
        kernel(device.Stream, new KernelConfig(1, 16), output.View);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 16)));
    }

    [Test]
    public void Functions_of_numbers()
    {
        Assert.That(XMath.Rsqrt(4f), Is.EqualTo(0.5f));
        Assert.That(XMath.Rcp(4f), Is.EqualTo(0.25f));
        Assert.That(XMath.Exp(XMath.Log(3f)), Is.EqualTo(3f).Within(1e-6));
        Assert.That(XMath.Max(float.NaN, 1f), Is.EqualTo(1f));
        Assert.That(XMath.Clamp(7, 0, 6), Is.EqualTo(6));
        Assert.That(XMath.DivRoundUp(7, 3), Is.EqualTo(3));
        Assert.That(IntrinsicMath.Abs(-3), Is.EqualTo(3));
        Assert.That(Interop.IntAsFloat(Interop.FloatAsInt(1.5f)), Is.EqualTo(1.5f));
        SpecializedValue<int> value = SpecializedValue.New(3);
        Assert.That(value + 1, Is.EqualTo(4));
    }
}
#endif
